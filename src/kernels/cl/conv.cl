// Convolutions. A work-item computes one pixel in each of ROWS rows of a plane, for BLOCKS blocks of four output channels: neighbours in
// dimension 0 have neighbouring columns, so that each load of theirs is one piece of memory, and rows are a constant distance apart. In
// dimension 1 are planes, in dimension 2 batch items and tiles of output channels: weights, the list of what is multiplied and which kernel
// planes meet the input are the same for all that differ in dimension 0.
//
// What is multiplied are units: four input channels at one kernel position. `list` holds four numbers for each tile and kernel plane (units
// before it among the weights, its units, where its first distance stands in `list`, nothing), and then for each unit the distance of its
// input from the window's corner, in steps of x_at; those of a plane begin at an even place, and behind the last is one more number. Tiles
// with the same input share their distances. Weights: [unit][4 input channels][BLOCKS][4 output channels].
// With DEPTHWISE each channel is convolved by itself, without a list; weights: [block][kd][kh][kw][4].
//
// X_IMAGE, W_TEXEL: inputs, and weights (so many of them a texel) and the list, are read as images that lie over their buffers. A position is
// then a number of texels, which costs a compiler less than an address of 64 bits. Arrays stay in registers where indices are constants.
#ifdef X_IMAGE
typedef int x_at;
#define X_MEMORY __read_only image1d_buffer_t
#define X_BEGIN(x, x0) ((x0) / 4)
#define X_STEP(elements) ((elements) / 4)
#define X_READ READ_TEXEL
#else
typedef __global const x_t* x_at;
#define X_MEMORY __global const x_t* restrict
#define X_BEGIN(x, x0) ((x) + (x0))
#define X_STEP(elements) (elements)
#define X_READ(x, at) X_REAL4(at)
#endif

#ifdef W_TEXEL
#define LISTED_BY_IMAGE
typedef int w_at;
#define W_MEMORY __read_only image1d_buffer_t
#define W_BEGIN(w) 0
typedef int list_at;
#define LIST_MEMORY __read_only image1d_buffer_t
#define LIST_BEGIN(list) 0
#define LISTED(list, at) read_imagei(list, at).x
#else
#define W_TEXEL 1
typedef __global const w_t* w_at;
#define W_MEMORY __global const w_t* restrict
#define W_BEGIN(w) (w)
typedef __global const int* list_at;
#define LIST_MEMORY __global const int* restrict
#define LIST_BEGIN(list) (list)
#define LISTED(list, at) (*(at))
#endif

#ifdef HALF_SUMS
#define READ_TEXEL(image, at) read_imageh(image, at)
#else
#define READ_TEXEL(image, at) read_imagef(image, at)
#endif

// A unit's weights, halves in loads of 16 bytes where they go into sums of halves.
void load_unit(real4* k, W_MEMORY w, w_at at) {
#if W_TEXEL == 4
#pragma unroll
  for (int i = 0; i < 4 * BLOCKS; ++i) k[i] = READ_TEXEL(w, at + i);
#elif defined(HALF_SUMS)
#pragma unroll
  for (int i = 0; i < 2 * BLOCKS; ++i) {
#if W_TEXEL == 8
    const half8 two = as_half8(read_imageui(w, at + i));
#else
    const half8 two = as_half8(*(__global const uint4*)(at + i * 8));
#endif
    k[2 * i] = two.lo;
    k[2 * i + 1] = two.hi;
  }
#else
#pragma unroll
  for (int i = 0; i < 4 * BLOCKS; ++i) k[i] = W_REAL4(at + i * 4);
#endif
}

// Adds a unit's products.
void add_unit(real4 (*part)[BLOCKS], X_MEMORY x, x_at xk, W_MEMORY w, w_at wk) {
  real4 v[ROWS], k[4 * BLOCKS];
#pragma unroll
  for (int r = 0; r < ROWS; ++r) v[r] = X_READ(x, xk + r * X_STEP(SH * X_H));
  load_unit(k, w, wk);
#pragma unroll
  for (int b = 0; b < BLOCKS; ++b) {
#pragma unroll
    for (int r = 0; r < ROWS; ++r) {
      part[r][b] = mad((real4)(v[r].x), k[b], part[r][b]);
      part[r][b] = mad((real4)(v[r].y), k[BLOCKS + b], part[r][b]);
      part[r][b] = mad((real4)(v[r].z), k[2 * BLOCKS + b], part[r][b]);
      part[r][b] = mad((real4)(v[r].w), k[3 * BLOCKS + b], part[r][b]);
    }
  }
}

#define FOR_SUMS                                     \
  _Pragma("unroll") for (int r = 0; r < ROWS; ++r)   \
  _Pragma("unroll") for (int b = 0; b < BLOCKS; ++b)

// With HALF_PARTS or FLOAT_PARTS the products of CHUNK pairs of units are added up by themselves, and then these sums.
#ifdef HALF_PARTS
typedef half4 sum4;
#define SUM(v) (v)
#elif defined(FLOAT_PARTS)
typedef float4 sum4;
#define SUM(v) convert_float4(v)
#else
typedef real4 sum4;
#endif
#ifdef FLOAT_PARTS
#define TOTAL(v) (v)
#else
#define TOTAL FLOATS
#endif

__kernel __attribute__((reqd_work_group_size(WIDE, PLANES, DEEP))) void conv(X_MEMORY x, int x0,
#ifdef ADDED
                   __global const r_t* restrict added, int added0,
#endif
                   __global y_t* restrict y, int y0, W_MEMORY w, __global const float* restrict bias
#ifndef DEPTHWISE
                   , LIST_MEMORY list
#endif
) {
  const int column = get_global_id(0);
  const int row_tile = column / OW, ow = column - row_tile * OW;
  const int oh = min(row_tile * ROWS, OH - ROWS);  // the last tile may begin in the one before it
  const int skipped = row_tile * ROWS - oh;
  const int od = get_global_id(1);
  const int n = (int)get_global_id(2) / OC_TILES, tile = (int)get_global_id(2) - n * OC_TILES;
  if (column >= TILES * OW || od >= OD || n >= ITEMS) return;

  sum4 sum[ROWS][BLOCKS];
  FOR_SUMS sum[r][b] = (sum4)(0);
  x_at xn = X_BEGIN(x, x0) + n * X_STEP(X_N) + (od * SD - PD) * X_STEP(X_D) + (oh * SH - PH) * X_STEP(X_H) + (ow * SW - PW) * X_STEP(4);
#ifdef DEPTHWISE
  xn += tile * X_STEP(X_C);
  for (int kd = 0; kd < KD; ++kd) {
    if ((uint)(od * SD - PD + kd * DD) >= ID) continue;
    x_at xr = xn + kd * X_STEP(DD * X_D);
    w_at wk = W_BEGIN(w) + (tile * KD + kd) * (KH * KW * 4);
    for (int kh = 0; kh < KH; ++kh) {
#pragma unroll
      for (int kw = 0; kw < KW; ++kw) {
        const real4 factor = W_REAL4(wk + kw * 4);
#pragma unroll
        for (int r = 0; r < ROWS; ++r)
          sum[r][0] = mad(X_READ(x, xr + r * X_STEP(SH * X_H) + kw * X_STEP(DW * 4)), factor, sum[r][0]);
      }
      wk += KW * 4;
      xr += X_STEP(DH * X_H);
    }
  }
#else
  // Tiles of one work-group have as many units in each plane. That a loop ends for all of them at once the compiler knows only where all read
  // the same number. Where lists lie in buffers, a Mali has no registers for a second place to read from.
#if DEEP > 1 && defined(LISTED_BY_IMAGE)
  const int first_tile = (int)(get_global_offset(2) + get_group_id(2) * DEEP) % OC_TILES;
#else
  const int first_tile = tile;
#endif
  for (int kd = 0; kd < KD; ++kd) {
    if ((uint)(od * SD - PD + kd * DD) >= ID) continue;
    const list_at plane = LIST_BEGIN(list) + (tile * KD + kd) * 4;
    w_at wk = W_BEGIN(w) + LISTED(list, plane) * (16 * BLOCKS / W_TEXEL);
    list_at at = LIST_BEGIN(list) + LISTED(list, plane + 2);
    for (int left = LISTED(list, LIST_BEGIN(list) + (first_tile * KD + kd) * 4 + 1); left > 0; left -= CHUNK) {
#ifdef SUM
      real4 part[ROWS][BLOCKS];
      FOR_SUMS part[r][b] = (real4)(0);
#else
#define part sum
#endif
#ifdef LISTED_BY_IMAGE
      // One unit a turn, whose distance was read in the turn before: two take more registers than waves of 128 have. The end is tested behind
      // the turn, where the comparison is done while products are added: in front of it, all wait for it.
      int next = LISTED(list, at), turns = min(left, CHUNK);
      do {
        const int distance = next;
        ++at;
        next = LISTED(list, at);
        add_unit(part, x, xn + distance, w, wk);
        wk += 16 * BLOCKS / W_TEXEL;
      } while (--turns > 0);
#else
      for (int turns = min(left, CHUNK) / 2; turns > 0; --turns) {
        const int2 distance = *(__global const int2*)at;
        add_unit(part, x, xn + distance.x, w, wk);
        add_unit(part, x, xn + distance.y, w, wk + 16 * BLOCKS / W_TEXEL);
        wk += 32 * BLOCKS / W_TEXEL;
        at += 2;
      }
      if (left < CHUNK && left % 2 != 0) add_unit(part, x, xn + *at, w, wk);
#endif
#ifdef SUM
      FOR_SUMS sum[r][b] += SUM(part[r][b]);
#endif
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
