// Convolution of each channel by itself. A work-item computes one pixel in each of ROWS rows, of four channels; dimensions as in conv.cl.
// Weights: [block][kd][kh][kw][4].
__kernel __attribute__((reqd_work_group_size(WIDE, PLANES, DEEP))) void depthwise(__global const x_t* restrict x, int x0,
#ifdef ADDED
                        __global const r_t* restrict added, int added0,
#endif
                        __global y_t* restrict y, int y0, __global const w_t* restrict w,
                        __global const float* restrict bias) {
  const int column = get_global_id(0);
  const int row_tile = column / OW, ow = column - row_tile * OW;
  const int oh = min(row_tile * ROWS, OH - ROWS);
  const int skipped = row_tile * ROWS - oh;
  const int od = get_global_id(1);
  const int n = (int)get_global_id(2) / Y_BLOCKS, c = (int)get_global_id(2) - n * Y_BLOCKS;
  if (column >= TILES * OW || od >= OD || n >= ITEMS) return;
  real4 sum[ROWS];
#pragma unroll
  for (int r = 0; r < ROWS; ++r) sum[r] = (real4)(0);
  __global const x_t* xn =
      x + x0 + n * X_N + c * X_C + (od * SD - PD) * X_D + (oh * SH - PH) * X_H + (ow * SW - PW) * 4;
  for (int kd = 0; kd < KD; ++kd) {
    if ((uint)(od * SD - PD + kd * DD) >= ID) continue;
    __global const x_t* xr = xn + kd * (DD * X_D);
    __global const w_t* wk = w + (c * KD + kd) * (KH * KW * 4);
    for (int kh = 0; kh < KH; ++kh) {
#pragma unroll
      for (int kw = 0; kw < KW; ++kw) {
        const real4 factor = W_REAL4(wk + kw * 4);
#pragma unroll
        for (int r = 0; r < ROWS; ++r) sum[r] = mad(X_REAL4(xr + r * (SH * X_H) + kw * (DW * 4)), factor, sum[r]);
      }
      wk += KW * 4;
      xr += DH * X_H;
    }
  }
  __global y_t* yn = y + y0 + n * Y_N + c * Y_C + od * Y_D + oh * Y_H + ow * 4;
#ifdef ADDED
  __global const r_t* rn = added + added0 + n * R_N + c * R_C + od * R_D + oh * R_H + ow * 4;
#endif
  const float4 start = LOAD_FLOAT4(bias + c * 4);
#ifdef W_HALF
  const float4 scale = LOAD_FLOAT4(bias + (Y_BLOCKS + c) * 4);
#else
  const float4 scale = 1;
#endif
#pragma unroll
  for (int r = 0; r < ROWS; ++r) {
    if (r < skipped) continue;
    float4 v = FLOATS(sum[r]) * scale + start;
#ifdef ADDED
    v += R_LOAD4(rn + r * R_H);
#endif
    Y_STORE4(ACTIVATE(v), yn + r * Y_H);
  }
}
