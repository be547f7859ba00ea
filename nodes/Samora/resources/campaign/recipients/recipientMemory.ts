import type { IDataObject } from 'n8n-workflow';

import { isRecord } from '../../../../shared/parameters';
import type { Sentence } from '../../../../shared/api/problems';
import type { PlannedRows, Row } from './recipientRows';

/** A recipient that Samora took. */
interface Added {
	campaign: string;
	output: IDataObject & { to_number: string };
}

/** A recipient of whom nobody can tell whether Samora took it. */
interface InDoubt {
	campaign: string;
	to_number: string;
	sentence: Sentence;
}

/** How far a campaign of this run has come. */
export interface Launch {
	/** Once it is known to be there. */
	campaign_id?: string;
	/** When a request to create it went out that was not answered well, in milliseconds since 1970. */
	perhaps_created?: number;
	/** A request to start it went out, and Samora did not refuse it. */
	start_asked?: boolean;
	/** The campaign as Samora described it once it was started. */
	started?: IDataObject;
}

/** What one run of a node has put into campaigns, so that no try of it does it again. */
export class RecipientMemory<Target> {
	/** What this run set out to do. Its later tries do that, whatever expressions such as the time give then. */
	planned?: PlannedRows<Target>;

	/** By the campaign's key. */
	readonly launches = new Map<string, Launch>();

	private readonly added = new Map<number, Added>();

	private readonly inDoubt = new Map<number, InDoubt>();

	/** @returns what came out of a row that is in; undefined when it is still to be sent */
	outputOf({ item, campaign, recipient }: Row): IDataObject | undefined {
		const added = this.added.get(item);
		// In the retry of an execution a person may have corrected the row, and that is somebody else.
		return added?.campaign === campaign && added.output.to_number === recipient.to_number
			? added.output
			: undefined;
	}

	/** @returns why a row must not be sent again although nobody knows that it is in */
	doubtOf({ item, campaign, recipient }: Row): Sentence | undefined {
		const doubt = this.inDoubt.get(item);
		return doubt?.campaign === campaign && doubt.to_number === recipient.to_number
			? doubt.sentence
			: undefined;
	}

	keep({ item, campaign, recipient: { to_number } }: Row, output: IDataObject): void {
		this.inDoubt.delete(item);
		this.added.set(item, { campaign, output: { ...output, to_number } });
	}

	doubt({ item, campaign, recipient: { to_number } }: Row, sentence: Sentence): void {
		this.inDoubt.set(item, { campaign, to_number, sentence });
	}

	launchOf(key: string): Launch {
		const launch = this.launches.get(key) ?? {};
		this.launches.set(key, launch);
		return launch;
	}

	/** The items that are in. */
	get addedItems(): number[] {
		return [...this.added.keys()];
	}

	/** Rows are written as lines of text: a hundred thousand of them are saved with the execution. */
	toJSON(): IDataObject {
		const added = new Map<string, string[]>();
		const more: IDataObject[] = [];
		for (const [item, { campaign, output }] of this.added) {
			const { to_number, scheduled_call_id: id, ...rest } = output;
			push(added, campaign, `${item} ${to_number} ${typeof id === 'string' ? id : ''}`);
			if (Object.keys(rest).length > 0) more.push({ item, rest });
		}
		const doubts = new Map<string, string[]>();
		for (const [item, { campaign, to_number, sentence }] of this.inDoubt) {
			push(doubts, JSON.stringify([campaign, sentence]), `${item} ${to_number}`);
		}
		return {
			added: [...added].map(([campaign, lines]) => ({ campaign, rows: lines.join('\n') })),
			more,
			doubts: [...doubts].map(([about, lines]) => ({ about, rows: lines.join('\n') })),
			launches: [...this.launches].map(([key, launch]) => ({ key, launch: { ...launch } })),
		} as IDataObject;
	}

	static from<Target>(saved: unknown): RecipientMemory<Target> {
		const memory = new RecipientMemory<Target>();
		if (!isRecord(saved)) return memory;
		for (const { campaign, rows } of recordsIn(saved.added)) {
			for (const [item, to_number, id] of linesOf(rows)) {
				const output = { scheduled_call_id: id || null, to_number };
				memory.added.set(Number(item), { campaign: String(campaign), output });
			}
		}
		for (const { item, rest } of recordsIn(saved.more)) {
			Object.assign(memory.added.get(Number(item))?.output ?? {}, rest);
		}
		for (const { about, rows } of recordsIn(saved.doubts)) {
			const [campaign, sentence] = JSON.parse(String(about)) as [string, Sentence];
			for (const [item, to_number] of linesOf(rows)) {
				memory.inDoubt.set(Number(item), { campaign, to_number, sentence });
			}
		}
		for (const { key, launch } of recordsIn(saved.launches)) {
			if (isRecord(launch)) memory.launches.set(String(key), launch);
		}
		return memory;
	}
}

function push(into: Map<string, string[]>, key: string, line: string): void {
	const lines = into.get(key);
	if (lines) lines.push(line);
	else into.set(key, [line]);
}

const linesOf = (rows: unknown): string[][] =>
	typeof rows === 'string' ? rows.split('\n').map((line) => line.split(' ')) : [];

const recordsIn = (value: unknown): Array<Record<string, unknown>> =>
	Array.isArray(value) ? value.filter(isRecord) : [];
