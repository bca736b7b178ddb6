import {_t} from "@web/core/l10n/translation";

const BASE = "/meetings/api/v1";
const TIMEOUT = 15000;

/** @returns {string} 128 random bits, for what nobody else may guess or use by chance */
export function randomHex() {
    const bytes = window.crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** What the API, or the way to it, said no with. `status` is 0 if it couldn't be reached. */
export class ApiError extends Error {
    constructor(status, {code = "unreachable", message, field = null, fields = [], alternatives = []}) {
        super(message);
        Object.assign(this, {status, code, field, fields, alternatives});
    }
}

export class ApiClient {
    /**
     * @param {string} lang BCP 47, the language of messages
     * @param {typeof fetch} [fetcher]
     */
    constructor(lang, fetcher = (...args) => fetch(...args)) {
        this.lang = lang;
        this.fetcher = fetcher;
    }

    async call(path, body) {
        const controller = new AbortController();
        const timer = setTimeout(() => controller.abort(), TIMEOUT);
        let response, answer;
        try {
            response = await this.fetcher(BASE + path, {
                method: body ? "POST" : "GET",
                headers: {"Accept-Language": this.lang, ...(body && {"Content-Type": "application/json"})},
                body: body && JSON.stringify(body),
                signal: controller.signal,
                credentials: "omit",
            });
            answer = await response.json();
        } catch {
            // No connection, too slow, or a proxy's page instead of an answer.
            throw new ApiError(0, {message: _t("Can't reach the calendar.")});
        } finally {
            clearTimeout(timer);
        }
        if (!response.ok) {
            throw new ApiError(response.status, answer.error || {message: _t("Can't reach the calendar.")});
        }
        return answer;
    }

    /** @returns {Promise<{slots: string[], seats: Object, nextFree: string|null}>} instants; seats left in a group */
    async slots(owner, query) {
        const answer = await this.call(`${owner}/slots?${new URLSearchParams(query)}`);
        const left = answer.slots.filter((slot) => "seats_left" in slot);
        return {
            slots: answer.slots.map((slot) => slot.start),
            seats: Object.fromEntries(left.map((slot) => [slot.start, slot.seats_left])),
            nextFree: answer.next_free && answer.next_free.start,
        };
    }

    hold(slug, body) {
        return this.call(`/pages/${slug}/holds`, body);
    }

    /** The same body keeps its key, so that a repeat after a lost answer is not a second booking. */
    book(slug, body) {
        const text = JSON.stringify(body);
        if (text !== this.bookedText) {
            this.bookedText = text;
            this.bookingKey = randomHex();
        }
        return this.call(`/pages/${slug}/bookings`, {...body, idempotency_key: this.bookingKey});
    }

    reschedule(token, body) {
        return this.call(`/bookings/${token}/reschedule`, body);
    }
}
