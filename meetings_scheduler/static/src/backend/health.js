import {_t} from "@web/core/l10n/translation";

/**
 * @param {Number} seconds
 * @returns {String} as a person would say it: "40 s", "25 min", "3 h"
 */
export function duration(seconds) {
    if (seconds < 90) {
        return _t("%s s", seconds);
    }
    const minutes = Math.round(seconds / 60);
    return minutes < 90 ? _t("%s min", minutes) : _t("%s h", Math.round(minutes / 60));
}

/**
 * @param {Object|null} calendar as `scheduling.dashboard` tells it
 * @returns {String} the class of its light
 */
export function lightClass(calendar) {
    return {green: "text-success", amber: "text-warning", red: "text-danger"}[calendar?.light] || "text-muted";
}

/**
 * @param {Object} calendar as `scheduling.dashboard` tells it
 * @param {Number} shown seconds since it was told
 * @returns {String} its health in words: colour alone says nothing to some
 */
export function healthText({light, live, age, purpose, lost_reason: reason}, shown) {
    if (light === "red" && purpose === "sync") {
        return _t("Access lost: meetings aren't kept in step. %s", reason);
    }
    if (light === "red") {
        return reason
            ? _t("Visitors can't book you. %s", reason)
            : _t("Access lost: visitors can't book you until the calendar can be read again.");
    }
    if (live) {
        return _t("Up to date: every change counts at once.");
    }
    if (age === null) {
        return _t("Being read for the first time: visitors can book you in a moment.");
    }
    const ago = duration(age + shown);
    return light === "green" ? _t("Checked %s ago", ago) : _t("Last read %s ago", ago);
}
