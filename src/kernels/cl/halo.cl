// Zeros around the planes of a tensor whose element 0 is at y0; sizes are arguments, so that one program serves all. Dimension 0: rows, those
// of the halo too, 1: planes, 2: batch items and blocks of channels.
__kernel void zero_halo(__global y_t* restrict y, int y0, int item, int channels, int plane, int pitch, int block, int blocks, int height,
                        int width, int halo_h, int halo_w) {
  const int h = (int)get_global_id(0) - halo_h, d = get_global_id(1);
  const int n = (int)get_global_id(2) / blocks, c = (int)get_global_id(2) - n * blocks;
  __global y_t* row = y + y0 + n * item + c * channels + d * plane + h * pitch;
  const bool inside = h >= 0 && h < height;
  for (int i = -halo_w * block; i < 0; ++i) Y_STORE(0.0f, row + i);
  if (!inside)
    for (int i = 0; i < width * block; ++i) Y_STORE(0.0f, row + i);
  for (int i = width * block; i < (width + halo_w) * block; ++i) Y_STORE(0.0f, row + i);
}
