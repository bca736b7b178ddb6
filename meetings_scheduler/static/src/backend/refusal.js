import {RPCError} from "@web/core/network/rpc";

// What these say is written for people; Odoo's own window would title it "Invalid Operation".
const FOR_PEOPLE = [
    "odoo.exceptions.AccessError",
    "odoo.exceptions.UserError",
    "odoo.addons.meetings_scheduler.exceptions.NotSetUp",
];

/**
 * @param {Error} error
 * @returns {String} the sentence with which the server refused, to be shown where the user is; other errors are thrown on
 */
export function refusal(error) {
    if (error instanceof RPCError && FOR_PEOPLE.includes(error.exceptionName)) {
        return error.data.message;
    }
    throw error;
}
