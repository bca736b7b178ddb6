import {registry} from "@web/core/registry";
import {Interaction} from "@web/public/interaction";

import {BookingApp} from "./booking_app";

/** Puts the app in the place of what the server has drawn, once the app has drawn the same. */
export class BookingInteraction extends Interaction {
    static selector = ".o_ms[data-config]";

    start() {
        const drawn = this.el.querySelector(":scope > .o_ms_server");
        const config = JSON.parse(this.el.dataset.config);
        this.mountComponent(this.el, BookingApp, {config, onReady: () => drawn.remove()});
        this.registerCleanup(() => this.el.append(drawn));
    }
}

registry.category("public.interactions").add("meetings_scheduler.booking", BookingInteraction);
