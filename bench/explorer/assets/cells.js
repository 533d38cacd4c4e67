// A density on a grid, as the pixels of a canvas: darker where it is larger.

function rgb(name) {
  return [1, 3, 5].map((at) => parseInt(colour(name).slice(at, at + 2), 16));
}

class Cells {
  constructor(canvas) {
    this.canvas = canvas;
    this.pen = canvas.getContext("2d");
  }

  draw(x, { picture }, isFine) {
    const [nx, ny] = picture.shape;
    const image = new ImageData(nx, ny);
    const ink = rgb(isFine ? "good" : "bad");
    x.forEach((value, at) => {
      const [i, j] = [Math.floor(at / ny), at % ny];
      const shade = (value - picture.low) / (picture.high - picture.low || 1);
      image.data.set([...ink, 255 * shade], 4 * ((ny - 1 - j) * nx + i)); // it is clamped there
    });
    [this.canvas.width, this.canvas.height] = [nx, ny];
    this.canvas.style.aspectRatio = `${nx} / ${ny}`;
    this.pen.putImageData(image, 0, 0);
  }
}
