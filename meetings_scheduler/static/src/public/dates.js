/**
 * Days and times in the visitor's zone and language. Instants travel as ISO 8601 in UTC, days as "2026-11-24",
 * months as "2026-11".
 */

const {DateTime} = luxon;

export function browserZone() {
    return new Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";
}

export function dayOf(instant, zone) {
    return DateTime.fromISO(instant, {zone}).toISODate();
}

/** @returns {Map<string, string[]>} day to the instants of that day, in order */
export function groupByDay(instants, zone) {
    const days = new Map();
    for (const instant of instants) {
        const day = dayOf(instant, zone);
        days.set(day, [...(days.get(day) || []), instant]);
    }
    return days;
}

export function addMonths(month, count) {
    return DateTime.fromISO(`${month}-01`).plus({months: count}).toFormat("yyyy-MM");
}

export function addDays(day, count) {
    return DateTime.fromISO(day).plus({days: count}).toISODate();
}

export function lastDay(month) {
    return DateTime.fromISO(`${month}-01`).endOf("month").toISODate();
}

/**
 * @param {string} month
 * @param {number} weekStart 0 for Monday to 6 for Sunday
 * @returns {string[][]} weeks of days, filled up with days of the neighbouring months
 */
export function weeksOf(month, weekStart) {
    const first = DateTime.fromISO(`${month}-01`);
    let day = first.minus({days: (first.weekday - 1 - weekStart + 7) % 7});
    const weeks = [];
    while (day <= first.endOf("month")) {
        weeks.push(Array.from({length: 7}, (_, index) => day.plus({days: index}).toISODate()));
        day = day.plus({days: 7});
    }
    return weeks;
}

export class Words {
    /** @param {string} lang BCP 47, such as "it-IT" */
    constructor(lang) {
        this.lang = lang;
    }

    _format(date, options) {
        return new Intl.DateTimeFormat(this.lang, options).format(date);
    }

    clock(instant, zone) {
        return this._format(new Date(instant), {timeStyle: "short", timeZone: zone});
    }

    now(zone) {
        return this.clock(DateTime.now().toISO(), zone);
    }

    longDay(day) {
        return this._format(new Date(`${day}T12:00:00Z`), {dateStyle: "full", timeZone: "UTC"});
    }

    month(month) {
        return this._format(new Date(`${month}-15T12:00:00Z`), {month: "long", year: "numeric", timeZone: "UTC"});
    }

    /** @returns {{short: string, long: string}[]} seven names from the first day of the week on */
    weekdays(weekStart) {
        return weeksOf("2026-06", weekStart)[0].map((day) => {
            const date = new Date(`${day}T12:00:00Z`);
            return {
                short: this._format(date, {weekday: "short", timeZone: "UTC"}),
                long: this._format(date, {weekday: "long", timeZone: "UTC"}),
            };
        });
    }
}

export function zoneLabel(zone) {
    return zone.replaceAll("_", " ");
}
