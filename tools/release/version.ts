/** The newest release in a changelog. Its heading reads `## 1.2.3 – 2026-11-24`, or `– unreleased`. */
export interface Release {
	version: string;
	/** ISO date. Undefined while it's unreleased. */
	date?: string;
}

export function newestRelease(changelog: string): Release | undefined {
	const heading = /^## \[?(\d+\.\d+\.\d+(?:-[\w.]+)?)\]?(?:\s+[–-]\s+(.*))?$/m.exec(changelog);
	if (!heading) return undefined;
	const [, version, when = ''] = heading;
	return /^\d{4}-\d{2}-\d{2}$/.test(when.trim()) ? { version, date: when.trim() } : { version };
}

/**
 * Checks that the version is the same in package.json, the changelog and, when publishing, the tag.
 *
 * @param tag e.g. `v1.2.3`. Undefined if nothing is being published yet
 * @returns one sentence per difference
 */
export function versionFindings(packageVersion: string, changelog: string, tag?: string): string[] {
	const release = newestRelease(changelog);
	if (!release) return ['CHANGELOG.md has no heading such as "## 1.2.3 – 2026-11-24"'];
	const findings: string[] = [];
	if (release.version !== packageVersion) {
		findings.push(
			`package.json says ${packageVersion}, and CHANGELOG.md begins with ${release.version}`,
		);
	}
	if (tag !== undefined) {
		if (tag !== `v${packageVersion}`) {
			findings.push(`the tag is ${tag}, and package.json says ${packageVersion}`);
		}
		if (!release.date) {
			findings.push(`CHANGELOG.md does not say yet on which day ${release.version} is released`);
		}
	}
	return findings;
}
