// Zeros around the planes of y, whose element 0 is at y0. Dimension 0: rows, those of the halo too, 1: planes, 2: batch items and blocks.
__kernel void zero_halo(__global y_t* restrict y, int y0) {
  const int h = (int)get_global_id(0) - HALO_H, d = get_global_id(1);
  const int n = (int)get_global_id(2) / Y_BLOCKS, block = (int)get_global_id(2) - n * Y_BLOCKS;
  __global y_t* row = y + y0 + n * Y_N + block * Y_C + d * Y_D + h * Y_H;
  const bool inside = h >= 0 && h < IH;
  for (int i = -HALO_W * Y_BLOCK; i < 0; ++i) Y_STORE(0.0f, row + i);
  if (!inside)
    for (int i = 0; i < IW * Y_BLOCK; ++i) Y_STORE(0.0f, row + i);
  for (int i = IW * Y_BLOCK; i < (IW + HALO_W) * Y_BLOCK; ++i) Y_STORE(0.0f, row + i);
}
