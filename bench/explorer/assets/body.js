// A mesh with light on it, by WebGL, which is turned by dragging or with the arrow keys.

const VERTEX = `
  attribute vec3 place, normal;
  uniform mat3 turn;
  uniform vec3 centre;
  uniform float scale;
  varying vec3 facing;
  void main() {
    vec3 seen = turn * (place - centre) * scale;
    facing = turn * normal;
    gl_Position = vec4(seen.xy, -0.5 * seen.z, 1.0);
  }`;
const FRAGMENT = `
  precision mediump float;
  uniform vec3 ink;
  varying vec3 facing;
  void main() {
    vec3 outward = gl_FrontFacing ? normalize(facing) : -normalize(facing);
    float light = 0.3 + 0.7 * max(0.0, dot(outward, vec3(-0.36, 0.54, 0.76)));
    gl_FragColor = vec4(mix(ink * light, vec3(1.0), 0.25 * light), 1.0);
  }`;
const FIRST_TURN = [-1.1, 0.5]; // about the axes to the right and up, in radians
const KEY_TURN = 0.1;

class Body {
  constructor(canvas) {
    this.canvas = canvas;
    this.gl = canvas.getContext("webgl2");
    if (!this.gl) return; // it is drawn as lines then
    this.prepare();
    this.turn = [1, 0, 0, 0, 1, 0, 0, 0, 1];
    this.turnBy(...FIRST_TURN);
    let last; // where the pointer was
    canvas.addEventListener("pointerdown", (event) => {
      canvas.setPointerCapture(event.pointerId);
      last = event;
    });
    canvas.addEventListener("pointermove", (event) => {
      if (!event.buttons) return;
      const unit = 3 / canvas.clientHeight; // radians
      this.turnBy((event.clientY - last.clientY) * unit, (event.clientX - last.clientX) * unit);
      last = event;
    });
    canvas.addEventListener("keydown", (event) => {
      const arrow = ARROWS[event.key];
      if (!arrow) return;
      event.preventDefault();
      event.stopPropagation();
      this.turnBy(-arrow[1] * KEY_TURN, arrow[0] * KEY_TURN);
    });
  }

  get works() {
    return Boolean(this.gl);
  }

  prepare() {
    const { gl } = this;
    const program = gl.createProgram();
    for (const [kind, text] of [[gl.VERTEX_SHADER, VERTEX], [gl.FRAGMENT_SHADER, FRAGMENT]]) {
      const shader = gl.createShader(kind);
      gl.shaderSource(shader, text);
      gl.compileShader(shader);
      gl.attachShader(program, shader);
    }
    gl.linkProgram(program);
    gl.useProgram(program);
    gl.enable(gl.DEPTH_TEST);
    this.at = (name) => gl.getUniformLocation(program, name);
    for (const name of ["place", "normal"]) {
      const buffer = (this[name] = gl.createBuffer());
      gl.bindBuffer(gl.ARRAY_BUFFER, buffer);
      gl.enableVertexAttribArray(gl.getAttribLocation(program, name));
      gl.vertexAttribPointer(gl.getAttribLocation(program, name), 3, gl.FLOAT, false, 0, 0);
    }
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, gl.createBuffer());
  }

  // About the axis to the right, and about the one up, as seen.
  turnBy(right, up) {
    const [a, b, c, d] = [Math.cos(right), Math.sin(right), Math.cos(up), Math.sin(up)];
    const by = [c, b * d, -a * d, 0, a, b, d, -b * c, a * c]; // by columns, as WebGL has matrices
    const of = this.turn;
    this.turn = of.map((_, at) => {
      const [row, column] = [at % 3, 3 * Math.floor(at / 3)];
      return by[row] * of[column] + by[row + 3] * of[column + 1] + by[row + 6] * of[column + 2];
    });
    if (this.ink) this.render();
  }

  draw(x, { picture, reach }, isFine) {
    const { gl } = this;
    const faces = picture.faces.flat();
    const [centre, radius] = ballAround(x);
    this.ink = rgb(isFine ? "good" : "bad").map((part) => part / 255);
    for (const [name, numbers] of [["place", x], ["normal", normalsOf(x, faces)]]) {
      gl.bindBuffer(gl.ARRAY_BUFFER, this[name]);
      gl.bufferData(gl.ARRAY_BUFFER, Float32Array.from(numbers), gl.DYNAMIC_DRAW);
    }
    gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, Uint32Array.from(faces), gl.STATIC_DRAW);
    this.count = faces.length;
    gl.uniform3fv(this.at("ink"), this.ink);
    gl.uniform3fv(this.at("centre"), centre);
    gl.uniform1f(this.at("scale"), 1 / (ROOM * Math.max(radius, reach)));
    this.render();
  }

  render() {
    const { gl, canvas } = this;
    const scale = window.devicePixelRatio || 1;
    const side = Math.round(Math.min(canvas.clientWidth, canvas.clientHeight) * scale);
    const [width, height] = [canvas.clientWidth * scale, canvas.clientHeight * scale].map(Math.round);
    if (canvas.width !== width || canvas.height !== height) [canvas.width, canvas.height] = [width, height];
    gl.viewport((width - side) / 2, (height - side) / 2, side, side);
    gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.uniformMatrix3fv(this.at("turn"), false, this.turn);
    gl.drawElements(gl.TRIANGLES, this.count, gl.UNSIGNED_INT, 0);
  }
}

// The middle of the vertices, and how far the farthest is from it.
function ballAround(x) {
  const n = x.length / 3;
  const centre = [0, 1, 2].map((c) => x.reduce((sum, value, at) => (at % 3 === c ? sum + value : sum), 0) / n);
  let radius = 0;
  for (let v = 0; v < x.length; v += 3) {
    radius = Math.max(radius, Math.hypot(x[v] - centre[0], x[v + 1] - centre[1], x[v + 2] - centre[2]));
  }
  return [centre, radius];
}

// At vertices: the sum of those of the faces around, as long as these are large.
function normalsOf(x, faces) {
  const normals = new Float64Array(x.length);
  for (let f = 0; f < faces.length; f += 3) {
    const [a, b, c] = [3 * faces[f], 3 * faces[f + 1], 3 * faces[f + 2]];
    const [ux, uy, uz] = [x[b] - x[a], x[b + 1] - x[a + 1], x[b + 2] - x[a + 2]];
    const [vx, vy, vz] = [x[c] - x[a], x[c + 1] - x[a + 1], x[c + 2] - x[a + 2]];
    for (const v of [a, b, c]) {
      normals[v] += uy * vz - uz * vy;
      normals[v + 1] += uz * vx - ux * vz;
      normals[v + 2] += ux * vy - uy * vx;
    }
  }
  return normals;
}
