/** Time zones by the beginning of international numbers. The bundle holds only this text. */
declare const timezones: string;
export = timezones;
