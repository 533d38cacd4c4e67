// Shapes that are kept, and the way between the two that were chosen last.

class Pins {
  // `move` is told of a latent to show, `decode` gives its design, `picture` says how that is drawn.
  constructor(move, decode, picture) {
    this.move = move;
    this.picture = picture;
    this.decode = decode;
    byId("between").addEventListener("input", () => this.go(Number(byId("between").value)));
    byId("clear").addEventListener("click", () => this.clear());
    this.clear();
  }

  clear() {
    this.latents = [];
    this.ends = [];
    this.show();
  }

  add(z) {
    this.latents.push(Float64Array.from(z));
    this.choose(this.latents.length - 1);
    announce(`Pinned shape ${this.latents.length}`);
  }

  choose(index) {
    this.ends = [...this.ends.filter((each) => each !== index), index].slice(-2);
    byId("between").value = 1;
    this.move(this.latents[index]);
    this.show();
  }

  go(share) {
    const [from, to] = this.ends.map((index) => this.latents[index]);
    this.move(mix(from, to, share));
  }

  show() {
    byId("pins").replaceChildren(...this.latents.map((z, index) => this.button(z, index)));
    byId("between").disabled = this.ends.length < 2;
    byId("clear").disabled = !this.latents.length;
    byId("interpolation").hidden = !this.latents.length;
  }

  button(z, index) {
    const end = this.ends.length < 2 ? "" : ["A", "B"][this.ends.indexOf(index)] ?? "";
    const label = `Pinned shape ${index + 1}${end && `, end ${end}`}`;
    const button = element("button", { type: "button", class: "thumbnail", "aria-label": label });
    button.append(thumbnail(this.decode(z), this.picture()), element("span", {}, end || index + 1));
    button.classList.toggle("end", Boolean(end));
    button.addEventListener("click", () => this.choose(index));
    return button;
  }
}
