const KEY = "personalizer-playground";

export default function ({ data, setStateValue }) {
    try {
        const known = localStorage.getItem(KEY);
        if (!known) localStorage.setItem(KEY, data.secret);
        else if (known !== data.secret) setStateValue("secret", known);
    } catch {
        // No storage: the server's secret for this session stays.
    }
}
