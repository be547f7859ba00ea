import { bundledPackages, thirdPartyNotices } from '../../tools/build/thirdPartyNotices';

describe('the notices about bundled code', () => {
	it('name each package that a file comes from once, also those inside another', () => {
		expect(
			bundledPackages([
				'nodes/Samora/Samora.node.ts',
				'node_modules/p-limit/index.js',
				'node_modules/p-limit/lib/more.js',
				'node_modules/@scope/name/index.js',
				'node_modules/p-limit/node_modules/yocto-queue/index.js',
			]),
		).toEqual([
			'node_modules/@scope/name',
			'node_modules/p-limit',
			'node_modules/p-limit/node_modules/yocto-queue',
		]);
	});

	it('contain the text of the license', () => {
		const notices = thirdPartyNotices(['node_modules/p-limit/index.js']);
		expect(notices).toMatch(/^## p-limit \d+\.\d+\.\d+ \(MIT\)$/m);
		expect(notices).toContain('The above copyright notice and this permission notice');
	});

	it('contain every license of a package, and where data come from', () => {
		const notices = thirdPartyNotices([
			'node_modules/libphonenumber-js/source/parse.js',
			'tools/build/timezones.js',
		]);
		expect(notices).toContain('(The MIT License)');
		expect(notices).toMatch(/Apache License\s+Version 2\.0/);
		expect(notices).toContain('## Time zones of phone numbers (Apache-2.0)');
	});
});
