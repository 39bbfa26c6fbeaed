// Direct convolution, dense and pruned. A work-item computes one pixel in each of ROWS rows of a plane, for BLOCKS blocks of four output
// channels: neighbours in dimension 0 have neighbouring columns, so that each load of theirs is one piece of memory, and rows are a constant
// distance apart. In dimension 1 are planes, in dimension 2 batch items and tiles of output channels: weights, the list of what was kept and
// which kernel planes meet the input are the same for all that differ in dimension 0.
//
// Weights: [tile][unit][4 input channels][BLOCKS][4 output channels]. Dense units go [block of input channels][kd][kh][kw]. With UNITS
// they are listed: `list` holds for each tile and kernel plane four numbers (units before it, its units, where its first distance stands in
// `list`, nothing) and then for each unit the distance of its input from the window's corner, in elements; each plane's begin at an even
// place.
//
// Compilers keep arrays in registers where indices are constants, and addresses cheap where pointers move and distances are constants:
// hence macros instead of some loops.

// Products of one unit are added to part.
#define UNIT(xk, wk)                                                                                        \
  {                                                                                                         \
    real4 v[ROWS], k[4 * BLOCKS];                                                                           \
    _Pragma("unroll") for (int r = 0; r < ROWS; ++r) v[r] = X_REAL4((xk) + r * (SH * X_H));                 \
    LOAD_UNIT(k, wk)                                                                                        \
    _Pragma("unroll") for (int b = 0; b < BLOCKS; ++b) {                                                    \
      _Pragma("unroll") for (int r = 0; r < ROWS; ++r) {                                                    \
        part[r][b] = mad((real4)(v[r].x), k[b], part[r][b]);                                                \
        part[r][b] = mad((real4)(v[r].y), k[BLOCKS + b], part[r][b]);                                       \
        part[r][b] = mad((real4)(v[r].z), k[2 * BLOCKS + b], part[r][b]);                                   \
        part[r][b] = mad((real4)(v[r].w), k[3 * BLOCKS + b], part[r][b]);                                   \
      }                                                                                                     \
    }                                                                                                       \
  }

// A unit's weights, halves in loads of 16 bytes.
#ifdef HALF_SUMS
#define LOAD_UNIT(k, wk)                                                            \
  _Pragma("unroll") for (int i = 0; i < 2 * BLOCKS; ++i) {                          \
    const half8 two = as_half8(*(__global const uint4*)((wk) + i * 8));             \
    k[2 * i] = two.lo;                                                              \
    k[2 * i + 1] = two.hi;                                                          \
  }
#else
#define LOAD_UNIT(k, wk) _Pragma("unroll") for (int i = 0; i < 4 * BLOCKS; ++i) k[i] = W_REAL4((wk) + i * 4);
#endif

#define FOR_SUMS                                     \
  _Pragma("unroll") for (int r = 0; r < ROWS; ++r)   \
  _Pragma("unroll") for (int b = 0; b < BLOCKS; ++b)

// With HALF_PARTS or FLOAT_PARTS the products of CHUNK pairs of units, or blocks of input channels, are added up by themselves, and then these sums.
#if defined(HALF_PARTS) || defined(FLOAT_PARTS)
#define PARTS
#ifdef HALF_PARTS
typedef half4 sum4;
#define SUM(v) (v)
#else
typedef float4 sum4;
#define SUM(v) convert_float4(v)
#endif
#define BEGIN_PART FOR_SUMS part[r][b] = (real4)(0);
#define END_PART FOR_SUMS sum[r][b] += SUM(part[r][b]);
#else
#define sum part
#define BEGIN_PART
#define END_PART
#endif

#ifdef FLOAT_PARTS
#define TOTAL(v) (v)
#else
#define TOTAL FLOATS
#endif

__kernel __attribute__((reqd_work_group_size(WIDE, PLANES, DEEP))) void conv(__global const x_t* restrict x, int x0,
#ifdef ADDED
                   __global const r_t* restrict added, int added0,
#endif
                   __global y_t* restrict y, int y0, __global const w_t* restrict w, __global const float* restrict bias
#ifdef UNITS
                   , __global const int* restrict list
#endif
) {
  const int column = get_global_id(0);
  const int row_tile = column / OW, ow = column - row_tile * OW;
  const int oh = min(row_tile * ROWS, OH - ROWS);  // the last tile may begin in the one before it
  const int skipped = row_tile * ROWS - oh;
  const int od = get_global_id(1);
  const int n = (int)get_global_id(2) / OC_TILES, tile = (int)get_global_id(2) - n * OC_TILES;
  if (column >= TILES * OW || od >= OD || n >= ITEMS) return;

  real4 part[ROWS][BLOCKS];
  FOR_SUMS part[r][b] = (real4)(0);
#ifdef PARTS
  sum4 sum[ROWS][BLOCKS];
  FOR_SUMS sum[r][b] = (sum4)(0);
#endif

  __global const x_t* xn = x + x0 + n * X_N + (od * SD - PD) * X_D + (oh * SH - PH) * X_H + (ow * SW - PW) * 4;
#ifdef UNITS
  for (int kd = 0; kd < KD; ++kd) {
    if ((uint)(od * SD - PD + kd * DD) >= ID) continue;
    const int4 plane = *(__global const int4*)(list + (tile * KD + kd) * 4);
    __global const w_t* wk = w + plane.x * (16 * BLOCKS);
    __global const int* at = list + plane.z;
    for (int left = plane.y; left > 0; left -= 2 * CHUNK) {
      BEGIN_PART
      for (int turns = min(left / 2, CHUNK); turns > 0; --turns) {
        const int2 distance = *(__global const int2*)at;
        UNIT(xn + distance.x, wk)
        UNIT(xn + distance.y, wk + 16 * BLOCKS)
        wk += 32 * BLOCKS;
        at += 2;
      }
      if (left < 2 * CHUNK && left % 2 != 0) UNIT(xn + *at, wk)
      END_PART
    }
  }
#else
  // Of a group of channels, the blocks that hold its input: weights of other channels in these are zeros.
#if GROUPS > 1
  xn += min(tile * (4 * BLOCKS) / GROUP_OC * GROUP_IC / 4, X_BLOCKS - IC_BLOCKS) * X_C;
#endif
  __global const w_t* wn = w + tile * (IC_BLOCKS * KD * KH * KW * 16 * BLOCKS);
  for (int left = IC_BLOCKS; left > 0; left -= CHUNK) {
    BEGIN_PART
    for (int blocks = min(left, CHUNK); blocks > 0; --blocks) {
      for (int kd = 0; kd < KD; ++kd) {
        if ((uint)(od * SD - PD + kd * DD) >= ID) continue;
        __global const x_t* xr = xn + kd * (DD * X_D);
        __global const w_t* wk = wn + kd * (KH * KW * 16 * BLOCKS);
        for (int kh = 0; kh < KH; ++kh) {
#define TAP(kw) if (KW > kw) UNIT(xr + kw * (DW * 4), wk + kw * (16 * BLOCKS))
          TAP(0) TAP(1) TAP(2) TAP(3) TAP(4) TAP(5) TAP(6)
          for (int kw = 7; kw < KW; ++kw) UNIT(xr + kw * (DW * 4), wk + kw * (16 * BLOCKS))
          wk += KW * 16 * BLOCKS;
          xr += DH * X_H;
        }
      }
      xn += X_C;
      wn += KD * KH * KW * 16 * BLOCKS;
    }
    END_PART
  }
#endif

  __global y_t* yn = y + y0 + n * Y_N + tile * BLOCKS * Y_C + od * Y_D + oh * Y_H + ow * 4;
#ifdef ADDED
  __global const r_t* rn = added + added0 + n * R_N + tile * BLOCKS * R_C + od * R_D + oh * R_H + ow * 4;
#endif
#pragma unroll
  for (int b = 0; b < BLOCKS; ++b) {
    if (tile * BLOCKS + b >= Y_BLOCKS) break;
    const float4 start = LOAD_FLOAT4(bias + (tile * BLOCKS + b) * 4);
#ifdef W_HALF
    const float4 scale = LOAD_FLOAT4(bias + ((OC_TILES + tile) * BLOCKS + b) * 4);
#else
    const float4 scale = 1;
#endif
#pragma unroll
    for (int r = 0; r < ROWS; ++r) {
      if (r < skipped) continue;
      float4 v = TOTAL(sum[r][b]) * scale + start;
#ifdef ADDED
      v += R_LOAD4(rn + b * R_C + r * R_H);
#endif
      Y_STORE4(ACTIVATE(v), yn + b * Y_C + r * Y_H);
    }
  }
}
