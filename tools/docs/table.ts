/** A Markdown table. Columns aren't aligned, so that a changed cell only changes one line. */
export const table = (head: readonly string[], rows: ReadonlyArray<readonly string[]>): string =>
	[head, head.map(() => '---'), ...rows].map(row).join('\n');

const row = (cells: readonly string[]): string => `| ${cells.map(escaped).join(' | ')} |`;

const escaped = (text: string): string => text.replaceAll('|', '\\|').replace(/\s+/g, ' ').trim();
