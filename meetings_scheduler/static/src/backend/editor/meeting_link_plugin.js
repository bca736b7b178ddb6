import {isHtmlContentSupported} from "@html_editor/core/selection_plugin";
import {Plugin} from "@html_editor/plugin";
import {MAIN_PLUGINS} from "@html_editor/plugin_sets";
import {withSequence} from "@html_editor/utils/resource";
import {_t} from "@web/core/l10n/translation";
import {user} from "@web/core/user";

/** "/meeting" in whatever is written in Odoo: the link of the user's default page. */
export class MeetingLinkPlugin extends Plugin {
    static id = "meetingLink";
    static dependencies = ["dom", "history"];
    resources = {
        user_commands: [
            {
                id: "insertMeetingLink",
                title: _t("Meeting link"),
                description: _t("Insert the link of your default page"),
                icon: "fa-calendar-check-o",
                run: this.insert.bind(this),
                isAvailable: isHtmlContentSupported,
            },
        ],
        powerbox_items: withSequence(60, {
            categoryId: "navigation",
            commandId: "insertMeetingLink",
            keywords: [_t("meeting"), _t("appointment"), _t("calendar")],
        }),
    };

    async insert() {
        const [me] = await this.services.orm.read("res.users", [user.userId], ["meeting_link"]);
        if (!me.meeting_link) {
            this.services.notification.add(_t("You have no page yet. Make one in the Meetings app first."), {
                type: "warning",
            });
            return;
        }
        const link = this.document.createElement("a");
        link.href = me.meeting_link;
        link.textContent = me.meeting_link;
        this.dependencies.dom.insert(link);
        this.dependencies.history.addStep();
    }
}

MAIN_PLUGINS.push(MeetingLinkPlugin);
