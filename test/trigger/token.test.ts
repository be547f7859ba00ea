import {
	hashToken,
	isToken,
	marksFor,
	marksOf,
	newToken,
} from '../../nodes/SamoraTrigger/authenticity/token';

const marks = marksFor('workflow', 'node', 'n8n');
const token = newToken(marks);

it('is never the same twice, and says which trigger it is for', () => {
	expect(newToken(marks)).not.toBe(newToken(marks));
	expect(marksOf(token)).toEqual(marks);
	expect(marksOf(`${marks.trigger}.${marks.instance}.short`)).toBeUndefined();
	expect(marksOf(undefined)).toBeUndefined();
});

it('is recognized by its hash, which does not contain it', () => {
	expect(isToken(token, hashToken(token))).toBe(true);
	expect(isToken(newToken(marks), hashToken(token))).toBe(false);
	expect(hashToken(token)).toMatch(/^[0-9a-f]{64}$/);
});

it.each(['', 'undefined', token])('matches no token while the hash is "%s"', (hash) => {
	expect(isToken(token, hash)).toBe(false);
	expect(isToken('', hash)).toBe(false);
});

it.each([
	['workflow', marksFor('other', 'node', 'n8n')],
	['node', marksFor('workflow', 'other', 'n8n')],
	['division of the names', marksFor('work', 'flownode', 'n8n')],
])('has another mark for another %s', (_what, other) => {
	expect(other.trigger).not.toBe(marks.trigger);
	expect(other.instance).toBe(marks.instance);
});

it('has the same mark for the trigger in another n8n, and another mark for that n8n', () => {
	const elsewhere = marksFor('workflow', 'node', 'another n8n');
	expect(elsewhere.trigger).toBe(marks.trigger);
	expect(elsewhere.instance).not.toBe(marks.instance);
});
