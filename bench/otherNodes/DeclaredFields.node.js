'use strict';

const { Samora } = require('../../dist/nodes/Samora/Samora.node.js');

/** Declares the fields of the Samora node, and does nothing but send an operation's request. What it costs is n8n's. */
class DeclaredFields {
	constructor() {
		const { description } = new Samora();
		this.description = {
			...description,
			displayName: 'Declared Fields',
			name: 'declaredFields',
			icon: undefined,
			usableAsTool: undefined,
			// Not an expression, for that would have to be evaluated too.
			requestDefaults: { ...description.requestDefaults, baseURL: process.env.BENCH_SAMORA_URL },
			properties: description.properties.map(withoutFunctions),
		};
	}
}

/** Keeps method and URL of an operation, as n8n's declarative engine sends them. */
function withoutFunctions({ routing, ...field }) {
	return {
		...field,
		...(routing?.request && { routing: { request: routing.request } }),
		...(field.name === 'operation' && { options: field.options.map(withoutFunctions) }),
	};
}

module.exports = { DeclaredFields };
