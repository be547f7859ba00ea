import type { Locator, Page } from 'playwright-core';

/** What a person does in n8n's editor. */
export class Editor {
	constructor(
		readonly page: Page,
		private readonly url: string,
	) {}

	/** The open node. */
	get node(): Locator {
		return this.page.getByTestId('ndv');
	}

	get output(): Locator {
		return this.page.getByTestId('output-panel');
	}

	async newWorkflow(): Promise<void> {
		await this.page.goto(`${this.url}/workflow/new`, { waitUntil: 'domcontentloaded' });
		await this.page.getByTestId('canvas-plus-button').waitFor();
	}

	/** Opens the nodes panel and searches in it. */
	async searchNodes(words: string): Promise<Locator> {
		const first = this.page.getByTestId('canvas-plus-button');
		const another = this.page.getByTestId('node-creator-plus-button');
		await first.or(another).first().waitFor();
		await ((await first.isVisible()) ? first : another).click();
		await this.page.getByTestId('node-creator-search-bar').fill(words);
		return this.page.getByTestId('node-creator-item-name');
	}

	/** Adds a node by its name in the nodes panel, with one of its actions if it has some. */
	async addNode(words: string, name: string, action?: string): Promise<void> {
		const found = await this.searchNodes(words);
		await found.getByText(name, { exact: true }).click();
		if (action) await found.getByText(action, { exact: true }).click();
	}

	async closeNode(): Promise<void> {
		await this.page.getByTestId('ndv-close-button').click();
		await this.node.waitFor({ state: 'hidden' });
	}

	async openNode(name: string): Promise<void> {
		await this.page.locator(`[data-test-id="canvas-node"][data-node-name="${name}"]`).dblclick();
		await this.node.waitFor();
	}

	async fill(parameter: string, value: string): Promise<void> {
		await this.field(parameter).locator('input, textarea').first().fill(value);
	}

	/** With a click into the field first, as a person does. */
	async paste(parameter: string, value: string): Promise<void> {
		await this.field(parameter).locator('input, textarea').first().click();
		await this.page.keyboard.insertText(value);
	}

	async choose(parameter: string, choice: string): Promise<void> {
		await this.field(parameter).click();
		await this.page
			.locator('.el-select-dropdown__item:visible')
			.filter({ has: this.page.getByText(choice, { exact: true }) })
			.click();
	}

	/** Opens the list of a resource locator; what it shows is in the dropdown. */
	async openList(): Promise<Locator> {
		await this.page.getByTestId('rlc-input').click();
		await this.page.getByTestId('rlc-search').waitFor();
		return this.page.getByTestId('rlc-item');
	}

	async execute(): Promise<void> {
		await this.page.getByTestId('node-execute-button').click();
	}

	private field(parameter: string): Locator {
		return this.page.getByTestId(`parameter-input-${parameter}`);
	}
}
