export const BUNDLE: string;
export function sources(): [name: string, text: string][];
export function sentencesIn(text: string): string[];
export function bundle(): string;
