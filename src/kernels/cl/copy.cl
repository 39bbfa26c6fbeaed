// From one layout into another, in memory of the device. A work-item writes the X_BLOCK or Y_BLOCK channels of one block of y at one pixel;
// dimension 0: pixels of a plane, 1: planes, 2: batch items and blocks of y. Lanes beyond the last channel become zeros.
__kernel void copy(__global const x_t* restrict x, int x0, __global y_t* restrict y, int y0) {
  const int pixel = get_global_id(0);
  if (pixel >= IH * IW) return;
  const int h = pixel / IW, w = pixel - h * IW, d = get_global_id(1);
  const int n = (int)get_global_id(2) / Y_BLOCKS, block = (int)get_global_id(2) - n * Y_BLOCKS;
  __global const x_t* from = x + x0 + n * X_N + d * X_D + h * X_H + w * X_BLOCK;
  __global y_t* to = y + y0 + n * Y_N + block * Y_C + d * Y_D + h * Y_H + w * Y_BLOCK;
  for (int lane = 0; lane < Y_BLOCK; ++lane) {
    const int c = block * Y_BLOCK + lane;
    const float v = c < IC ? X_LOAD(from + c / X_BLOCK * X_C + c % X_BLOCK) : 0.0f;
    Y_STORE(v, to + lane);
  }
}
