import 'uplot/dist/uPlot.min.css';
import './styles.css';
import { render } from 'preact';
import { App } from './App';
import { Store } from './data/store';

render(<App store={new Store()} />, document.body);
