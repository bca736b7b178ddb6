import {deserializeDateTime} from "@web/core/l10n/dates";

const {DateTime} = luxon;

/**
 * @param {String} text a datetime as the server tells it
 * @returns {String} as a person would say it: "today, 15:30", "Tue, Nov 24, 15:30"
 */
export function momentText(text) {
    const moment = deserializeDateTime(text);
    const time = moment.toLocaleString(DateTime.TIME_SIMPLE);
    const days = Math.round(moment.startOf("day").diff(DateTime.local().startOf("day"), "days").days);
    if (Math.abs(days) < 2) {
        return `${moment.toRelativeCalendar({unit: "days"})}, ${time}`;
    }
    const year = moment.year === DateTime.local().year ? {} : {year: "numeric"};
    return `${moment.toLocaleString({weekday: "short", day: "numeric", month: "short", ...year})}, ${time}`;
}
