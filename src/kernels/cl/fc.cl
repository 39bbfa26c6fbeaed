// Fully connected: y[m][o] = sum over k of x[m][k] * w[o][k]. A work-group of LANES work-items computes OUTPUTS outputs of one row: each
// adds every LANES-th eight of the products, then they add up in local memory. Dimension 0: lanes, 1: groups of outputs, 2: rows.
// Weights: [o][k], k filled up with zeros to K8 eights, so that each is one load of halves, and a layer takes as long as its weights do to
// arrive.
#if defined(W_HALF) && defined(HAS_HALVES)
#define W_LOAD8(p) convert_float8(as_half8(*(__global const uint4*)(p)))
#elif defined(W_HALF)
#define W_LOAD8(p) vload_half8(0, p)
#else
#define W_LOAD8(p) vload8(0, p)
#endif
// A row begins at any element.
#ifdef X_HALF
#define X_LOAD8(p) vload_half8(0, p)
#else
#define X_LOAD8(p) vload8(0, p)
#endif

// Behind the row's end are zeros.
float8 load_eight(__global const x_t* restrict xm, int k) {
#if K % 8 != 0
  if (k + 8 > K) {
    float v[8];
#pragma unroll
    for (int i = 0; i < 8; ++i) v[i] = k + i < K ? X_LOAD(xm + k + i) : 0;
    return (float8)(v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7]);
  }
#endif
  return X_LOAD8(xm + k);
}

__kernel __attribute__((reqd_work_group_size(LANES, 1, 1))) void fc(__global const x_t* restrict x, int x0,
                                                                     __global y_t* restrict y, int y0,
                                                                     __global const w_t* restrict w,
                                                                     __global const float* restrict bias) {
  const int lane = get_local_id(0), first = (int)get_group_id(1) * OUTPUTS, m = get_global_id(2);
  __global const x_t* xm = x + x0 + m * K;
  __local float parts[OUTPUTS * LANES];
  float sum[OUTPUTS];
#pragma unroll
  for (int o = 0; o < OUTPUTS; ++o) sum[o] = 0;
  for (int k = lane; k < K8; k += LANES) {
    __global const w_t* wk = w + (first * K8 + k) * 8;  // a pointer that moves takes a register more: waves of 64
    const float8 v = load_eight(xm, k * 8);
#pragma unroll
    for (int o = 0; o < OUTPUTS; ++o) {
      const float8 f = W_LOAD8(wk + o * (K8 * 8));
      sum[o] += dot(v.lo, f.lo) + dot(v.hi, f.hi);
    }
  }
#pragma unroll
  for (int o = 0; o < OUTPUTS; ++o) parts[o * LANES + lane] = sum[o];
  for (int half_of = LANES / 2; half_of > 0; half_of /= 2) {
    barrier(CLK_LOCAL_MEM_FENCE);
    if (lane < half_of) {
#pragma unroll
      for (int o = 0; o < OUTPUTS; ++o) parts[o * LANES + lane] += parts[o * LANES + lane + half_of];
    }
  }
  barrier(CLK_LOCAL_MEM_FENCE);
  if (lane < OUTPUTS && first + lane < N) {
#ifdef W_HALF
    const float v = parts[lane * LANES] * bias[GROUPS * OUTPUTS + first + lane] + bias[first + lane];
#else
    const float v = parts[lane * LANES] + bias[first + lane];
#endif
    Y_STORE(ACTIVATE(v), y + y0 + m * N + first + lane);
  }
}
