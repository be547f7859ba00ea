/** The numbering plans as JSON, with `#` in place of `\\d`. The bundle holds only this text. */
declare const numberingPlans: string;
export = numberingPlans;
