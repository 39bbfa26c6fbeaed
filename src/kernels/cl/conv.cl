// Direct convolution, dense and pruned. A work-item computes one pixel in each of ROWS rows of a plane, for BLOCKS blocks of four output
// channels: neighbours in dimension 0 have neighbouring columns, so that each load of theirs is one piece of memory, and rows are a constant
// distance apart. In dimension 1 are planes, in dimension 2 batch items and tiles of output channels: weights, the list of what was kept and
// which kernel planes meet the input are the same for all that differ in dimension 0.
//
// Weights: [tile][unit][4 input channels][BLOCKS][4 output channels]. Dense units go [block of input channels][kd][kh][kw]. With UNITS
// they are listed: `list` holds for each tile KD + 1 numbers of units, where each kernel plane's begin, and then for each unit the distance
// of its input from the window's corner, in elements.
#define UNIT(xk, wk)                                                       \
  {                                                                        \
    real4 v[ROWS];                                                         \
    _Pragma("unroll") for (int r = 0; r < ROWS; ++r) v[r] = X_LOAD4((xk) + r * (SH * X_H)); \
    _Pragma("unroll") for (int b = 0; b < BLOCKS; ++b) {                   \
      const real4 w0 = W_LOAD4((wk) + b * 4), w1 = W_LOAD4((wk) + (BLOCKS + b) * 4);         \
      const real4 w2 = W_LOAD4((wk) + (2 * BLOCKS + b) * 4), w3 = W_LOAD4((wk) + (3 * BLOCKS + b) * 4); \
      _Pragma("unroll") for (int r = 0; r < ROWS; ++r) {                   \
        sum[r][b] = mad((real4)(v[r].x), w0, sum[r][b]);                   \
        sum[r][b] = mad((real4)(v[r].y), w1, sum[r][b]);                   \
        sum[r][b] = mad((real4)(v[r].z), w2, sum[r][b]);                   \
        sum[r][b] = mad((real4)(v[r].w), w3, sum[r][b]);                   \
      }                                                                    \
    }                                                                      \
  }

__kernel void conv(__global const x_t* restrict x, int x0,
#ifdef ADDED
                   __global const r_t* restrict added, int added0,
#endif
                   __global y_t* restrict y, int y0, __global const w_t* restrict w, __global const float* restrict bias
#ifdef UNITS
                   , __global const int* restrict list
#endif
) {
  const int column = get_global_id(0);
  if (column >= TILES * OW) return;
  const int row_tile = column / OW, ow = column - row_tile * OW;
  const int oh = min(row_tile * ROWS, OH - ROWS);  // the last tile may begin in the one before it
  const int skipped = row_tile * ROWS - oh;
  const int od = get_global_id(1);
  const int n = (int)get_global_id(2) / OC_TILES, tile = (int)get_global_id(2) - n * OC_TILES;
  if (n >= ITEMS) return;

  real4 sum[ROWS][BLOCKS];
#pragma unroll
  for (int b = 0; b < BLOCKS; ++b) {
    const float4 start = *(__global const float4*)(bias + (tile * BLOCKS + b) * 4);
#pragma unroll
    for (int r = 0; r < ROWS; ++r)
#ifdef HALF_SUMS
      sum[r][b] = convert_half4(start);
#else
      sum[r][b] = start;
#endif
  }

  __global const x_t* xn = x + x0 + n * X_N + (od * SD - PD) * X_D + (oh * SH - PH) * X_H + (ow * SW - PW) * 4;
#ifdef UNITS
  __global const int* begin = list + tile * (KD + 1);
  for (int kd = 0; kd < KD; ++kd) {
    if ((uint)(od * SD - PD + kd * DD) >= ID) continue;
    const int last = begin[kd + 1];
    __global const w_t* wk = w + begin[kd] * (16 * BLOCKS);
    for (int u = begin[kd]; u < last; ++u) {
      __global const x_t* xk = xn + list[OC_TILES * (KD + 1) + u];
      UNIT(xk, wk)
      wk += 16 * BLOCKS;
    }
  }
#else
  // Of a group of channels, the blocks that hold its input: weights of other channels in these are zeros.
#if GROUPS > 1
  xn += min(tile * (4 * BLOCKS) / GROUP_OC * GROUP_IC / 4, X_BLOCKS - IC_BLOCKS) * X_C;
#endif
  __global const w_t* wn = w + tile * (IC_BLOCKS * KD * KH * KW * 16 * BLOCKS);
  for (int c = 0; c < IC_BLOCKS; ++c) {
    for (int kd = 0; kd < KD; ++kd) {
      if ((uint)(od * SD - PD + kd * DD) >= ID) continue;
      __global const x_t* xr = xn + c * X_C + kd * (DD * X_D);
      __global const w_t* wk = wn + (c * KD + kd) * (KH * KW * 16 * BLOCKS);
      for (int kh = 0; kh < KH; ++kh) {
#pragma unroll
        for (int kw = 0; kw < KW; ++kw) {
          UNIT(xr + kw * (DW * 4), wk)
          wk += 16 * BLOCKS;
        }
        xr += DH * X_H;
      }
    }
  }
#endif

  __global y_t* yn = y + y0 + n * Y_N + tile * BLOCKS * Y_C + od * Y_D + oh * Y_H + ow * 4;
#ifdef ADDED
  __global const r_t* rn = added + added0 + n * R_N + tile * BLOCKS * R_C + od * R_D + oh * R_H + ow * 4;
#endif
#pragma unroll
  for (int b = 0; b < BLOCKS; ++b) {
    if (tile * BLOCKS + b >= Y_BLOCKS) break;
#pragma unroll
    for (int r = 0; r < ROWS; ++r) {
      if (r < skipped) continue;
#ifdef ADDED
      sum[r][b] += R_LOAD4(rn + b * R_C + r * R_H);
#endif
      Y_STORE4(ACTIVATE(sum[r][b]), yn + b * Y_C + r * Y_H);
    }
  }
}
