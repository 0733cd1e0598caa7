// The two languages of a page: how each is called in markup, and the letters of both.

export const LANGUAGE_TAGS = { en: "en", zh: "zh-Hant-HK" };
export const FONT = '"Noto Sans HK", "Noto Sans CJK HK", "PingFang HK", "Microsoft JhengHei", system-ui, sans-serif';
