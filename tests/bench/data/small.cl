#pragma OPENCL EXTENSION cl_khr_fp16 : enable
kernel void small(global const half4* restrict x, global const half4* restrict w, global half4* restrict y, int n) {
  const int i = get_global_id(0);
  half4 sum = 0;
  for (int k = 0; k < n; k++) {
    const half4 v = x[i + k * 64], u = w[k];
    sum = mad((half4)v.x, u, sum);
    sum = mad((half4)v.y, u, sum);
  }
  y[i] = sum;
}
