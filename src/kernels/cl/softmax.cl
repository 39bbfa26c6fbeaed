// Softmax over the last dimension of ROWS rows of K elements. A work-group of LANES work-items has one row.
#define REDUCE(v, combine)                                            \
  parts[lane] = v;                                                    \
  for (int half_of = LANES / 2; half_of > 0; half_of /= 2) {          \
    barrier(CLK_LOCAL_MEM_FENCE);                                     \
    if (lane < half_of) parts[lane] = combine(parts[lane], parts[lane + half_of]); \
  }                                                                   \
  barrier(CLK_LOCAL_MEM_FENCE);                                       \
  v = parts[0];                                                       \
  barrier(CLK_LOCAL_MEM_FENCE);

float larger(float a, float b) { return isnan(a) || a > b ? a : b; }
float added(float a, float b) { return a + b; }

__kernel __attribute__((reqd_work_group_size(LANES, 1, 1))) void softmax(__global const x_t* restrict x, int x0,
                                                                          __global y_t* restrict y, int y0) {
  const int lane = get_local_id(0), row = get_global_id(1);
  __local float parts[LANES];
  x += x0 + row * K;
  y += y0 + row * K;
  float most = -INFINITY;
  for (int k = lane; k < K; k += LANES) most = larger(most, X_LOAD(x + k));
  REDUCE(most, larger)
  float sum = 0;
  for (int k = lane; k < K; k += LANES) sum += exp(X_LOAD(x + k) - most);
  REDUCE(sum, added)
  for (int k = lane; k < K; k += LANES) Y_STORE(exp(X_LOAD(x + k) - most) / sum, y + k);
}
