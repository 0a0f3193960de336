const looks = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
    const element = parentElement.host ?? parentElement;
    const background = () =>
        getComputedStyle(element).getPropertyValue("--st-background-color").trim().toLowerCase();
    const look = looks.get(parentElement) ?? {};
    if (look.drawn !== data.drawn) {
        look.drawn = data.drawn;
        look.told = undefined; // Once for each colour: a run may know no other.
    }
    look.tell = (now) => setTriggerValue("changed", now);
    if (!looks.has(parentElement)) {
        looks.set(parentElement, look);
        look.timer = setInterval(() => {
            const now = background();
            if (now === look.drawn || now === look.told) return;
            look.told = now;
            look.tell(now);
        }, data.every);
    }
    return () => {
        clearInterval(look.timer);
        looks.delete(parentElement);
    };
}
