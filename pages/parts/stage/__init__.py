"""The stage: a page as a talk, one idea a screen, in type for the last row.

``?stage=1`` in an address, or the key F, shows a page's stage instead of the page. What is asked
for is a `Stage`, as the address says it; nothing else remembers where the talk is, so a link leads
back to a screen. The scripts in ``pages/stage/`` have the names and addresses of the pages; each
gets its session as its page does, makes a `Show` of its screens, and has it drawn:

- `screens`: `Screen` (its sentence, its picture, its speaker's note, what hands are counted for,
  what happens when one comes to it, and how that is taken back), `Show` (the screens of a page in
  their order, and at which it is), and `advance`: a step on or back, for whoever asks for it, be
  it a key here or a remote elsewhere.
- `present`: draws a show: the sentence, the picture, and in the corner what it is given.
- `corner`: what stands there on each screen: the code for the room's phones, and the ear for the
  remote's steps, which are those of keys.
- `remotes`, `remote_routes`, `remote_page`: what a second device is told of the stage, and asks of
  it. `door`: the way there, off the stage.
- `play`, `compare`, `race`, `data`: the screens of each page. `beside`: those of two loops.

A crowd that comes is `Show.is_busy`: then there is no step on.
"""
