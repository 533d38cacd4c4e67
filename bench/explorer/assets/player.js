// The path of a recorded search, and its animation.

const DURATION = 6000; // of a whole path, in milliseconds

class Player {
  // `move` is told of the latent at which the search is.
  constructor(move) {
    this.move = move;
    this.stop = this.stop.bind(this);
    byId("path").addEventListener("change", () => this.choose(byId("path").value - 1));
    byId("play").addEventListener("click", () => this.toggle());
    byId("progress").addEventListener("input", () => {
      this.stop();
      this.go(Number(byId("progress").value));
    });
  }

  show(paths) {
    this.paths = paths;
    fill(byId("path"), ["none", ...paths.map((path) => path.arm)]);
    for (const id of ["path", "play"]) byId(id).disabled = !paths.length;
    this.choose(-1);
  }

  get path() {
    return this.paths[this.chosen];
  }

  get last() {
    return this.path.latents.length - 1;
  }

  choose(index) {
    this.stop();
    this.chosen = index;
    byId("path").value = index + 1;
    byId("progress").disabled = !this.path;
    byId("progress").max = this.path ? this.last : 0;
    this.progress = 0;
    if (this.path) this.go(0);
    else this.tell();
  }

  // To a point of the path, or between two.
  go(progress) {
    this.progress = Math.min(progress, this.last);
    const { latents } = this.path;
    const before = Math.floor(this.progress);
    this.move(mix(latents[before], latents[Math.min(before + 1, this.last)], this.progress - before));
    this.tell();
  }

  tell() {
    byId("progress").value = this.progress;
    const done = this.path?.evaluations[Math.floor(this.progress)];
    byId("evaluation").textContent = this.path ? `evaluation ${done}` : "";
  }

  toggle() {
    if (this.isPlaying) return this.stop();
    if (!this.paths.length) return undefined;
    if (!this.path) this.choose(0);
    if (this.progress >= this.last) this.progress = 0;
    this.isPlaying = true;
    byId("play").textContent = "Pause";
    announce(`Playing ${this.path.arm}`);
    this.advance(performance.now());
    return undefined;
  }

  advance(since) {
    requestAnimationFrame((now) => {
      if (!this.isPlaying) return;
      this.go(this.progress + (Math.max(0, now - since) / DURATION) * this.last);
      if (this.progress < this.last) this.advance(Math.max(now, since));
      else this.stop();
    });
  }

  stop() {
    this.isPlaying = false;
    byId("play").textContent = "Play";
  }
}
