import { useId } from 'preact/hooks';
import { sentenceCase } from './words';

/** The parts of JSON Schema that the control API uses. */
export interface Schema {
	type?: string | string[];
	title?: string;
	description?: string;
	enum?: unknown[];
	properties?: Record<string, Schema>;
	required?: string[];
	pattern?: string;
	minimum?: number;
	maximum?: number;
	items?: Schema;
}

type Values = Record<string, unknown>;

interface FieldsProps {
	schema: Schema;
	values: Values;
	/** Called with one property's new value: undefined if it's left out. */
	onChange: (change: Values) => void;
	/** Labels for a property's choices, where the values aren't readable. */
	names?: Record<string, (value: unknown) => string>;
}

/** One field per property, so that new settings appear without a change here. */
export function SchemaFields({ schema, values, onChange, names = {} }: FieldsProps) {
	return (
		<>
			{Object.entries(schema.properties ?? {}).map(([name, property]) =>
				property.properties ? (
					<fieldset key={name}>
						<legend>{property.title ?? sentenceCase(name)}</legend>
						{property.description && <p class="hint">{property.description}</p>}
						<SchemaFields
							schema={property}
							values={(values[name] ?? {}) as Values}
							onChange={(change) => onChange({ [name]: change })}
							names={names}
						/>
					</fieldset>
				) : (
					<Field
						key={name}
						name={name}
						schema={property}
						required={schema.required?.includes(name) ?? false}
						value={values[name]}
						nameOf={names[name]}
						onChange={(value) => onChange({ [name]: value })}
					/>
				),
			)}
		</>
	);
}

interface FieldProps {
	name: string;
	schema: Schema;
	required: boolean;
	value: unknown;
	nameOf?: (value: unknown) => string;
	onChange: (value: unknown) => void;
}

function Field(props: FieldProps) {
	const { name, schema } = props;
	const id = useId();
	const label = schema.title ?? sentenceCase(name);
	const described = schema.description ? `${id}-hint` : undefined;
	const isSwitch = schema.type === 'boolean';
	return (
		<div class={isSwitch ? 'field switch' : 'field'} data-name={name}>
			<label for={id}>{label}</label>
			<Input {...props} id={id} described={described} />
			{described && (
				<p class="hint" id={described}>
					{schema.description}
				</p>
			)}
		</div>
	);
}

function Input(props: FieldProps & { id: string; described: string | undefined }) {
	const { id, described, schema, value, required, onChange } = props;
	const common = { id, 'aria-describedby': described };
	if (schema.enum) return <Choice {...props} choices={schema.enum} />;
	const types = [schema.type ?? 'string'].flat();
	if (types.includes('boolean')) {
		return (
			<input
				{...common}
				type="checkbox"
				role="switch"
				checked={value === true}
				onChange={({ currentTarget }) => onChange(currentTarget.checked)}
			/>
		);
	}
	if (types.includes('array')) {
		return (
			<input
				{...common}
				type="text"
				value={Array.isArray(value) ? value.join(', ') : ''}
				onChange={({ currentTarget }) => onChange(listIn(currentTarget.value, schema.items))}
			/>
		);
	}
	const isNumber = types.some((type) => ['integer', 'number'].includes(type));
	const isText = types.includes('string');
	const kind =
		isNumber && !isText
			? {
					type: 'number' as const,
					step: types.includes('integer') ? 1 : 'any',
					min: schema.minimum,
					max: schema.maximum,
				}
			: { type: 'text' as const, pattern: schema.pattern, list: undefined };
	const input = (
		<input
			{...common}
			{...kind}
			required={required}
			disabled={value === null}
			value={typeof value === 'string' || typeof value === 'number' ? value : ''}
			onChange={({ currentTarget }) => onChange(valueOf(currentTarget.value, isNumber))}
		/>
	);
	if (!types.includes('null')) return input;
	return (
		<span class="or-none">
			{input}
			<label>
				<input
					type="checkbox"
					checked={value === null}
					onChange={({ currentTarget }) => onChange(currentTarget.checked ? null : undefined)}
				/>
				no limit
			</label>
		</span>
	);
}

/** A select whose choices can have different types, such as true and 'at-once'. */
function Choice({
	id,
	described,
	choices,
	value,
	required,
	nameOf = choiceWord,
	onChange,
}: FieldProps & { id: string; described: string | undefined; choices: unknown[] }) {
	return (
		<select
			id={id}
			aria-describedby={described}
			value={String(choices.indexOf(value))}
			onChange={({ currentTarget }) => onChange(choices[Number(currentTarget.value)])}
		>
			{!required && !choices.includes(value) && <option value="-1">–</option>}
			{choices.map((choice, n) => (
				<option key={n} value={String(n)}>
					{nameOf(choice)}
				</option>
			))}
		</select>
	);
}

const choiceWord = (choice: unknown) =>
	choice === true ? 'yes' : choice === false ? 'no' : String(choice);

/** An empty field means that the property is left out. */
function valueOf(text: string, isNumber: boolean): unknown {
	if (text === '') return undefined;
	return isNumber && Number.isFinite(Number(text)) ? Number(text) : text;
}

function listIn(text: string, items: Schema | undefined): unknown[] {
	const isNumber = items?.type === 'number' || items?.type === 'integer';
	return text
		.split(',')
		.map((part) => valueOf(part.trim(), isNumber))
		.filter((part) => part !== undefined);
}
