const CALENDAR = "calendar_";
const USE = /^((use|task)_[a-z_]+|remove_tasks)_of_(\d+)$/;
const OF_TASKS = /task/;

/**
 * @param {String} name of a use or of a choice about tasks, as `scheduling.settings` tells it
 * @param {Number} connectionId
 * @returns {String} the name of its box on the screen
 */
export function useKey(name, connectionId) {
    return `${name}_of_${connectionId}`;
}

/** @returns {String} the name of the box of a calendar: whether it counts as busy */
export function calendarKey(calendarId) {
    return CALENDAR + calendarId;
}

/**
 * @param {Object} data as `scheduling.settings` tells it
 * @returns {Object} what can be changed on the screen, flat: the box of calendar 7 is `calendar_7`
 */
export function choicesOf({connections, pages}) {
    const choices = {stem: pages.stem, default_page_id: pages.default_page_id, all_off: pages.all_off};
    const main = connections.find(({purpose}) => purpose === "all");
    if (main) {
        choices.main_id = main.id;
    }
    for (const connection of connections) {
        for (const [name, value] of Object.entries(connection.uses)) {
            choices[useKey(name, connection.id)] = value;
        }
        if (connection.tasks) {
            for (const [name, value] of Object.entries({...connection.tasks.choices, remove_tasks: false})) {
                choices[useKey(name, connection.id)] = value;
            }
        }
        for (const {id, counts, lost} of connection.calendars) {
            if (!lost) {
                choices[calendarKey(id)] = counts;
            }
        }
    }
    return choices;
}

/**
 * @param {Object} draft what is on the screen
 * @param {Object} saved what was read
 * @returns {Object|null} the values for `scheduling.settings.save`: what differs, null if nothing does
 */
export function changesOf(draft, saved) {
    const changes = {};
    for (const [name, value] of Object.entries(draft)) {
        if (value === saved[name]) {
            continue;
        }
        const use = name.match(USE);
        if (use) {
            const [, field, , id] = use;
            const part = OF_TASKS.test(field) ? "tasks" : "uses";
            changes[part] = changes[part] || {};
            changes[part][id] = {...changes[part][id], [field]: value};
        } else if (name.startsWith(CALENDAR)) {
            const list = value ? "link_ids" : "unlink_ids";
            changes[list] = [...(changes[list] || []), Number(name.slice(CALENDAR.length))];
        } else {
            changes[name] = value;
        }
    }
    return Object.keys(changes).length ? changes : null;
}
