/** @param inputs files of a bundle, as esbuild's metafile names them */
export function bundledPackages(inputs: string[]): string[];
export function thirdPartyNotices(inputs: string[]): string;
