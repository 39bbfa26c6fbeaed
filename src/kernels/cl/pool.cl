// The maximum or the average of a window. A work-item computes one pixel of four channels; dimension 0: pixels of a plane, 1: planes,
// 2: batch items and blocks of channels. Windows are cut at the input's borders; what an average divides by is in `counts`: for each output
// plane, then each row, then each column.
__kernel void pool(__global const x_t* restrict x, int x0, __global y_t* restrict y, int y0
#ifdef AVERAGE
                   , __global const float* restrict counts
#endif
) {
  const int pixel = get_global_id(0);
  if (pixel >= OH * OW) return;
  const int oh = pixel / OW, ow = pixel - oh * OW, od = get_global_id(1);
  const int n = (int)get_global_id(2) / Y_BLOCKS, c = (int)get_global_id(2) - n * Y_BLOCKS;
#ifdef AVERAGE
  float4 best = 0;
#else
  float4 best = -INFINITY;
#endif
  __global const x_t* xn = x + x0 + n * X_N + c * X_C;
  for (int kd = 0; kd < KD; ++kd) {
    const int id = od * SD - PD + kd * DD;
    if ((uint)id >= ID) continue;
    for (int kh = 0; kh < KH; ++kh) {
      const int ih = oh * SH - PH + kh * DH;
      if ((uint)ih >= IH) continue;
      __global const x_t* row = xn + id * X_D + ih * X_H;
      for (int kw = 0; kw < KW; ++kw) {
        const int iw = ow * SW - PW + kw * DW;
        if ((uint)iw >= IW) continue;
        const float4 v = X_LOAD4(row + iw * 4);
#ifdef AVERAGE
        best += v;
#else
        best = isnan(best) || best > v ? best : v;
#endif
      }
    }
  }
#ifdef AVERAGE
  const float count = counts[od] * counts[OD + oh] * counts[OD + OH + ow];
  best = count > 0 ? best / count : (float4)(0);
#endif
  Y_STORE4(ACTIVATE(best), y + y0 + n * Y_N + c * Y_C + od * Y_D + oh * Y_H + ow * 4);
}
