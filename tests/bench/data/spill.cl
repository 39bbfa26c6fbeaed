// More sums than registers, and a loop that is not unrolled: the compiler keeps them in memory.
kernel void spill(global const float4* restrict x, global const float4* restrict w, global float4* restrict y, int n) {
  const int i = get_global_id(0);
  float4 sum[56];
#pragma unroll
  for (int k = 0; k < 56; k++) sum[k] = 0;
  for (int t = 0; t < n; t++) {
    const float4 v = x[i + t * 64];
#pragma unroll
    for (int k = 0; k < 56; k++) sum[k] = mad(v, w[t * 56 + k], sum[k]);
  }
#pragma unroll
  for (int k = 0; k < 56; k++) y[i + k * 4096] = sum[k];
}
