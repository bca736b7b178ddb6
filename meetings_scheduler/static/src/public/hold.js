import {ApiError, randomHex} from "./api_client";

/** The time that nobody else can take while the visitor fills in the form; to be made reactive by who draws it. */
export class Hold {
    /**
     * @param {import("./api_client").ApiClient} api
     * @param {string|null} slug of the page, null where times aren't kept
     */
    constructor(api, slug) {
        Object.assign(this, {api, slug});
        this.token = null; // the visitor's, the same for every time of theirs
        this.start = null;
        this.until = null; // instant until which nobody else can take it
        this.lapsed = false; // it was kept, and isn't any more
    }

    /** What tells the server whose request it is: one's own hold isn't in one's way. */
    get owner() {
        return this.token ? {hold: this.token} : {};
    }

    /**
     * Keeps a time instead of the one before.
     *
     * @param {{start: string, duration: number, timezone: string}} wish
     * @returns {Promise<ApiError|null>} why it can't be kept, null if it is; booking it is possible all the same
     */
    async keep(wish) {
        this.end();
        if (!this.slug) {
            return null;
        }
        this.token ||= randomHex();
        this.start = wish.start;
        try {
            const kept = await this.api.hold(this.slug, {...wish, ...this.owner});
            if (this.start === wish.start) {
                this.until = kept.expires_at;
                const left = Math.max(new Date(kept.expires_at) - Date.now(), 0);
                this.timer = setTimeout(() => Object.assign(this, {until: null, lapsed: true}), left);
            }
        } catch (error) {
            if (error instanceof ApiError) {
                return error;
            }
            throw error;
        }
        return null;
    }

    end() {
        clearTimeout(this.timer);
        Object.assign(this, {start: null, until: null, lapsed: false});
    }
}
