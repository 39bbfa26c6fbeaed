// Fully connected: y[m][o] = sum over k of x[m][k] * w[o][k]. A work-group of LANES work-items computes OUTPUTS outputs of one row: each
// adds every LANES-th four of the products, then they add up in local memory. Dimension 0: lanes, 1: groups of outputs, 2: rows.
// Weights: [o][k], k filled up with zeros to K4 fours.
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
  for (int k = lane; k < K4; k += LANES) {
    float4 v;
    if (k * 4 + 3 < K) {
      v = (float4)(X_LOAD(xm + k * 4), X_LOAD(xm + k * 4 + 1), X_LOAD(xm + k * 4 + 2), X_LOAD(xm + k * 4 + 3));
    } else {
      v = (float4)(X_LOAD(xm + k * 4), k * 4 + 1 < K ? X_LOAD(xm + k * 4 + 1) : 0,
                   k * 4 + 2 < K ? X_LOAD(xm + k * 4 + 2) : 0, 0);
    }
#pragma unroll
    for (int o = 0; o < OUTPUTS; ++o) {
      const float4 t = v * W_LOAD4(w + (first + o) * (K4 * 4) + k * 4);
      sum[o] += t.x + t.y + (t.z + t.w);
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
