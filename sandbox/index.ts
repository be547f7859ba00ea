export { SANDBOX_AGENTS, SANDBOX_API_KEY, type SandboxAgent } from './state/account';
export type * from './state/apiShapes';
export { CAMPAIGN_STATUSES } from './state/apiShapes';
export {
	type CallState,
	type ClockState,
	type ControlSchemas,
	type InboundCall,
	SandboxControl,
	type SandboxInfo,
	type WebhookState,
} from './control/control';
export type { DeliveryAttempt } from './deliveries/deliveries';
export { DIALECT_NAMES, type DialectName } from './settings/dialects';
export { FAULT_KINDS, type Fault, type FaultKind, type FaultOptions } from './http/faults';
export type { JournalEntry, JournalFilter } from './http/journal';
export { MAGIC_NUMBERS } from './state/magicNumbers';
export { type ApiDescription, loadApiDescription, OPENAPI_FILE } from './api/openapi';
export { type Sandbox, type SandboxOptions, startSandbox } from './sandbox';
export type { DeliverySettings, SignatureScheme } from './settings/deliverySettings';
export type { Settings, SettingsChange } from './settings/settings';
export { until, type UntilOptions } from './control/until';
