import {Component, useState} from "@odoo/owl";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {whileBusy} from "../busy";
import {AskPermission} from "../permission/ask_permission";

/** What can be connected; a card whose provider needs something first says what, and who can help. */
export class ConnectCards extends Component {
    static template = "meetings_scheduler.ConnectCards";
    static components = {AskPermission};
    static props = {providers: Array, primary: Boolean, beside: {type: Boolean, optional: true}, reload: Function};

    setup() {
        this.orm = useService("orm");
        this.action = useService("action");
        this.notification = useService("notification");
        this.state = useState({busy: false});
    }

    description(provider) {
        if (provider.key === "odoo") {
            return _t("The calendar you already have here. One click, nothing outside of Odoo is asked.");
        }
        if (this.props.beside) {
            return _t("Your busy times there count as well. First you read what access is asked for.");
        }
        return _t("Your busy times count, and bookings land there. First you read what access is asked for.");
    }

    async connectOdoo() {
        await whileBusy(this.state, async () => {
            await this.orm.call("scheduling.connection", "action_connect_odoo", []);
            this.notification.add(_t("Your Odoo calendar is connected."), {type: "success"});
            await this.props.reload();
        });
    }

    setUp() {
        this.action.doAction("meetings_scheduler.action_settings");
    }
}
