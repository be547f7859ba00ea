import type { INodeType } from 'n8n-workflow';

/** When the call throws: before anything is done, or after, so that only its result is lost. */
export type Moment = 'before' | 'after';

/**
 * Gets between a node and n8n: the n-th call of anything that n8n gives a node throws, once. That is what happens when
 * the database is busy, a vault is away or an expression fails, and what a bug of n8n's or of ours would do.
 */
export class Injection {
	/** How many calls there were. */
	calls = 0;

	/** What threw. */
	thrown: string | undefined;

	private readonly wrapped = new WeakMap<object, object>();

	/** @param at which call throws, counted from 1; 0 for none */
	constructor(
		private readonly at = 0,
		private readonly moment: Moment = 'before',
	) {}

	/** The same object, whose methods throw when it is their turn. */
	around<Given extends object>(given: Given): Given {
		const known = this.wrapped.get(given);
		if (known) return known as Given;
		// A proxy of the object itself would have to give what can't be changed in it as it is.
		const proxy = new Proxy(Object.create(given) as Given, {
			get: (_, name, receiver) => {
				const value: unknown = Reflect.get(given, name, receiver);
				if (name === 'helpers' && typeof value === 'object' && value !== null) {
					return this.around(value);
				}
				return typeof value === 'function' && name !== 'constructor'
					? this.method(value as Method, String(name))
					: value;
			},
		});
		this.wrapped.set(given, proxy);
		return proxy;
	}

	/** The same node, whose functions see n8n through this. */
	into(type: INodeType): INodeType {
		const { description, customOperations, ...rest } = type;
		return Object.assign(Object.create(Object.getPrototypeOf(type) as object) as INodeType, {
			...rest,
			description: this.seeing(description),
			customOperations: this.seeing(customOperations),
		});
	}

	private seeing<Value>(value: Value): Value {
		if (typeof value === 'function') {
			const around = (context: object) => this.around(context);
			return function (this: object, ...given: unknown[]): unknown {
				return (value as unknown as Method).apply(around(this), given);
			} as Value;
		}
		if (Array.isArray(value)) return value.map((element: unknown) => this.seeing(element)) as Value;
		if (typeof value !== 'object' || value === null) return value;
		return Object.fromEntries(
			Object.entries(value).map(([name, element]) => [name, this.seeing(element as unknown)]),
		) as Value;
	}

	private method(method: Method, name: string): Method {
		const known = this.wrapped.get(method);
		if (known) return known as Method;
		const takeTurn = (call: () => unknown) => this.takeTurn(name, isAsync(method), call);
		const wrapped = function (this: object, ...given: unknown[]): unknown {
			return takeTurn(() => method.apply(this, given));
		};
		this.wrapped.set(method, wrapped);
		return wrapped;
	}

	private takeTurn(name: string, async: boolean, call: () => unknown): unknown {
		this.calls += 1;
		if (this.calls !== this.at) return call();
		this.thrown = name;
		const fault = new Error(`Injected into ${name}`);
		if (this.moment === 'before' && async) return Promise.reject(fault);
		if (this.moment === 'before') throw fault;
		const result = call();
		if (!(result instanceof Promise)) throw fault;
		return result.then(() => {
			throw fault;
		});
	}
}

const isAsync = (method: Method): boolean => method.constructor.name === 'AsyncFunction';

type Method = (this: object, ...given: unknown[]) => unknown;
