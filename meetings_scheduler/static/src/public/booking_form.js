import {Component, onMounted, onPatched, useRef} from "@odoo/owl";

/** The visitor's details. What was typed lives in `values`, owned by the app, so no step back or error loses it. */
export class BookingForm extends Component {
    static template = "meetings_scheduler.BookingForm";
    static props = {
        info: Object,
        values: Object, // reactive
        errors: Object, // field to message
        sending: Boolean,
        onSubmit: Function,
    };

    setup() {
        this.form = useRef("form");
        this.shownErrors = this.props.errors;
        onMounted(() => this.form.el.querySelector("input:not([tabindex='-1'])")?.focus({preventScroll: true}));
        onPatched(() => {
            if (this.props.errors !== this.shownErrors) {
                this.shownErrors = this.props.errors;
                this.form.el.querySelector(".is-invalid")?.focus();
            }
        });
    }

    get textFields() {
        const {phone} = this.props.info;
        const fields = [
            {name: "first_name", required: true, autocomplete: "given-name", half: true},
            {name: "last_name", required: true, autocomplete: "family-name", half: true},
            {name: "email", type: "email", required: true, autocomplete: "email"},
        ];
        if (phone !== "hidden") {
            fields.push({name: "phone", type: "tel", required: phone === "required", autocomplete: "tel"});
        }
        return fields;
    }

    get asks() {
        const {online, approval} = this.props.info;
        return !online || approval === "always";
    }

    inputType(question) {
        return question.type === "date" ? "date" : "text";
    }

    toggleOption(question, option) {
        const {answers} = this.props.values;
        const chosen = answers[question.id] || [];
        answers[question.id] = chosen.includes(option) ? chosen.filter((each) => each !== option) : [...chosen, option];
    }
}
