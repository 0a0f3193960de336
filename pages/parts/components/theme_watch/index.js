const looks = new WeakMap();

export default function ({ data, parentElement, setTriggerValue }) {
    const element = parentElement.host ?? parentElement;
    const background = () => getComputedStyle(element).getPropertyValue("--st-background-color");
    const look = looks.get(parentElement) ?? { seen: background() };
    look.tell = () => setTriggerValue("changed", look.seen);
    if (!looks.has(parentElement)) {
        looks.set(parentElement, look);
        look.timer = setInterval(() => {
            const now = background();
            if (now === look.seen) return;
            look.seen = now;
            look.tell();
        }, data.every);
    }
    return () => {
        clearInterval(look.timer);
        looks.delete(parentElement);
    };
}
