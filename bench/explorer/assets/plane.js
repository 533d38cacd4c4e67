// The plane of two latent coordinates: landscape, encoded designs, a search's path and the point that is shown.

// Paul Tol's "muted" colours, which the colour-blind tell apart.
const PALETTE = ["#CC6677", "#4477CC", "#DDCC77", "#117733", "#88CCEE", "#882255", "#44AA99", "#999933", "#AA4499"];
const DOT = 2.6; // radii, in pixels
const POINT = 9;
const HATCH = 7; // pixels between the lines over what is infeasible
const FAINT = 0.3; // of a landscape that is not that of the plane shown

class Plane {
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
    this.background = document.createElement("canvas");
  }

  show(space, isAside) {
    this.space = space;
    this.isAside = isAside;
    const scale = window.devicePixelRatio || 1;
    const { clientWidth: width, clientHeight: height } = this.canvas;
    for (const canvas of [this.canvas, this.background]) {
      [canvas.width, canvas.height] = [width * scale, height * scale];
      canvas.getContext("2d").setTransform(scale, 0, 0, scale, 0, 0);
    }
    [this.width, this.height] = [width, height];
    const names = ["ink", "land", "bar", "rim", "page", "path"];
    this.colours = Object.fromEntries(names.map((name) => [name, colour(name)]));
    const pen = this.background.getContext("2d");
    pen.globalAlpha = isAside ? FAINT : 1;
    this.drawLandscape(pen);
    this.hatch(pen);
    pen.globalAlpha = 1;
    this.drawDots(pen);
    this.name(pen);
  }

  // Pixels of a latent; a line of dots stands apart by class, since it has no second coordinate.
  place(z, height = 0.5) {
    const { low, high, axes } = this.space;
    const [x, y] = axes.map((axis) => (z[axis] - low[axis]) / (high[axis] - low[axis]));
    return [x * this.width, (1 - (y ?? height)) * this.height];
  }

  // The latent at pixels, other coordinates as they are in z.
  latent(z, x, y) {
    const { low, high, axes } = this.space;
    const shares = [x / this.width, 1 - y / this.height];
    const moved = Float64Array.from(z);
    axes.forEach((axis, at) => {
      moved[axis] = low[axis] + Math.min(1, Math.max(0, shares[at])) * (high[axis] - low[axis]);
    });
    return moved;
  }

  // What is known of the landscape's cell that a latent on the plane lies in.
  cell(z) {
    const { low, high, axes, landscape } = this.space;
    const counts = [landscape.columns, landscape.rows];
    const [column, row = 0] = axes.map((axis, at) => {
      const share = (z[axis] - low[axis]) / (high[axis] - low[axis]);
      return Math.min(counts[at] - 1, Math.max(0, Math.floor(share * counts[at])));
    });
    const at = row * landscape.columns + column;
    return { value: landscape.values[at] ?? Infinity, isFeasible: bytes(landscape.feasible)[at] === 1 };
  }

  drawLandscape(pen) {
    const { rows, columns, levels } = this.space.landscape;
    const image = new ImageData(columns, rows);
    const [red, green, blue] = this.colours.land.split(" ").map(Number);
    bytes(levels).forEach((level, at) => {
      const flipped = (rows - 1 - Math.floor(at / columns)) * columns + (at % columns);
      image.data.set([red, green, blue, level / 2], 4 * flipped);
    });
    const small = new OffscreenCanvas(columns, rows);
    small.getContext("2d").putImageData(image, 0, 0);
    pen.drawImage(small, 0, 0, this.width, this.height);
  }

  hatch(pen) {
    const { rows, columns, feasible } = this.space.landscape;
    const [width, height] = [this.width / columns, this.height / rows];
    const cells = new Path2D();
    bytes(feasible).forEach((isFeasible, at) => {
      const row = rows - 1 - Math.floor(at / columns);
      if (!isFeasible) cells.rect((at % columns) * width, row * height, width, height);
    });
    pen.save();
    pen.clip(cells);
    pen.strokeStyle = this.colours.bar;
    pen.beginPath();
    for (let x = -this.height; x < this.width; x += HATCH) {
      pen.moveTo(x, this.height);
      pen.lineTo(x + this.height, 0);
    }
    pen.stroke();
    pen.restore();
  }

  drawDots(pen) {
    const { classes, names, axes } = this.space;
    const dots = floats(this.space.dots);
    pen.strokeStyle = this.colours.rim;
    pen.lineWidth = 0.7;
    classes.forEach((kind, index) => {
      const z = {};
      axes.forEach((axis, at) => (z[axis] = dots[index * axes.length + at]));
      pen.fillStyle = PALETTE[kind % PALETTE.length];
      this.disc(pen, ...this.place(z, (kind + 1) / (names.length + 1)), DOT);
      pen.stroke();
    });
  }

  disc(pen, x, y, radius) {
    pen.beginPath();
    pen.arc(x, y, radius, 0, 2 * Math.PI);
    pen.fill();
  }

  name(pen) {
    pen.fillStyle = this.colours.ink;
    pen.font = "13px system-ui, sans-serif";
    const [first, second] = this.space.axes.map((axis) => `z${axis + 1}`);
    pen.textAlign = "right";
    pen.fillText(`${first} →`, this.width - 8, this.height - 8);
    pen.textAlign = "left";
    if (second) pen.fillText(`↑ ${second}`, 8, 18);
  }

  // `progress` is how many points of the path have been passed.
  draw(z, path, progress) {
    this.pen.clearRect(0, 0, this.width, this.height);
    this.pen.drawImage(this.background, 0, 0, this.width, this.height);
    if (path) this.trace(path.latents, progress);
    const [x, y] = this.place(z);
    this.pen.lineWidth = 3;
    this.pen.fillStyle = this.colours.path;
    this.pen.strokeStyle = this.colours.page;
    this.disc(this.pen, x, y, POINT);
    this.pen.stroke();
  }

  trace(latents, progress) {
    const places = latents.map((z) => this.place(z));
    const done = Math.floor(progress);
    this.pen.lineJoin = "round";
    this.pen.strokeStyle = this.colours.path;
    for (const [part, width] of [[places, 1], [places.slice(0, done + 1), 2.5]]) {
      this.pen.lineWidth = width;
      this.pen.beginPath();
      part.forEach((place) => this.pen.lineTo(...place));
      this.pen.stroke();
    }
    this.pen.fillStyle = this.colours.path;
    for (const place of [places[0], places.at(-1)]) this.disc(this.pen, ...place, 2 * DOT);
  }
}
