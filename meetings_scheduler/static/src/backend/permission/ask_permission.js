import {Component, useState} from "@odoo/owl";
import {deserializeDateTime} from "@web/core/l10n/dates";
import {_t} from "@web/core/l10n/translation";
import {useService} from "@web/core/utils/hooks";
import {whileBusy} from "../busy";

/** For who lacks a permission: one click asks the administrators, and then it says that they were asked. */
export class AskPermission extends Component {
    static template = "meetings_scheduler.AskPermission";
    // As `scheduling.permission.request` tells it.
    static props = {permission: Object, reload: Function};

    setup() {
        this.orm = useService("orm");
        this.notification = useService("notification");
        this.state = useState({busy: false});
    }

    get asked() {
        const day = deserializeDateTime(this.props.permission.asked_at);
        return _t("Asked on %s. You get a mail with the answer.", day.toLocaleString({day: "numeric", month: "long"}));
    }

    async ask() {
        await whileBusy(this.state, async () => {
            await this.orm.call("scheduling.permission.request", "ask", [this.props.permission.key]);
            this.notification.add(_t("Your administrator was asked."), {type: "success"});
            await this.props.reload();
        });
    }
}
