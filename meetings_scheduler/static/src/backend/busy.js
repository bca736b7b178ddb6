/**
 * Does what a button asks for; meanwhile the component's buttons are disabled by `state.busy`.
 *
 * @param {{busy: Boolean}} state reactive, of the component
 * @param {() => Promise} work
 * @returns {Promise} what the work resolves to; it is no longer busy then, also where that went wrong
 */
export async function whileBusy(state, work) {
    state.busy = true;
    try {
        return await work();
    } finally {
        state.busy = false;
    }
}
