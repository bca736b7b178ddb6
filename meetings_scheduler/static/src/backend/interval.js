import {onWillUnmount} from "@odoo/owl";
import {browser} from "@web/core/browser/browser";

/**
 * Does something every so often, as long as the component is on the screen. To be called in its setup.
 *
 * @param {Function} callback
 * @param {Number} milliseconds
 */
export function useInterval(callback, milliseconds) {
    const timer = browser.setInterval(callback, milliseconds);
    onWillUnmount(() => browser.clearInterval(timer));
}
