sub sp, sp, 64                              ; FF0301D1
stp d8, d9, [sp]                            ; E827006D
stp d10, d11, [sp, 16]                      ; EA2F016D
stp d12, d13, [sp, 32]                      ; EC37026D
stp d14, d15, [sp, 48]                      ; EE3F036D
ldr x7, [x0, 32]                            ; 071040F9
ldr x5, [x0, 56]                            ; 051C40F9
ldr x6, [x0, 40]                            ; 061440F9
tst x5, 1                                   ; BF0040F2
b.eq L0                                     ; 00000054
ldr q0, [x7]                                ; E000C03D
ldr q2, [x7, 16]                            ; E204C03D
ldr q4, [x7, 32]                            ; E408C03D
ldr q1, [x7, 4096]                          ; E100C43D
ldr q3, [x7, 4112]                          ; E304C43D
ldr q5, [x7, 4128]                          ; E508C43D
b L1                                        ; 00000014
L0:
ldr q0, [x6]                                ; C000C03D
mov v2.16b, v0.16b                          ; 021CA04E
mov v4.16b, v0.16b                          ; 041CA04E
ldr q1, [x6, 16]                            ; C104C03D
mov v3.16b, v1.16b                          ; 231CA14E
mov v5.16b, v1.16b                          ; 251CA14E
L1:
ldr x1, [x0]                                ; 010040F9
ldr x2, [x0, 8]                             ; 020440F9
ldr x3, [x0, 16]                            ; 030840F9
ldr x4, [x0, 24]                            ; 040C40F9
cbz x3, L3                                  ; 030000B4
L2:
ldrsw x5, [x2]                              ; 450080B9
ldrsw x6, [x2, 4]                           ; 460480B9
add x2, x2, 8                               ; 42200091
add x5, x5, x1                              ; A500018B
add x6, x6, x4                              ; C600048B
ldp q9, q10, [x6]                           ; C92840AD
ldp q11, q12, [x6, 32]                      ; CB3041AD
ldp q13, q14, [x6, 64]                      ; CD3842AD
ldp q15, q16, [x6, 96]                      ; CF4043AD
ldr q6, [x5]                                ; A600C03D
ldr q7, [x5, 16]                            ; A704C03D
ldr q8, [x5, 32]                            ; A808C03D
fmla v0.4s, v9.4s, v6.s[0]                  ; 2011864F
fmla v2.4s, v9.4s, v7.s[0]                  ; 2211874F
fmla v4.4s, v9.4s, v8.s[0]                  ; 2411884F
fmla v1.4s, v10.4s, v6.s[0]                 ; 4111864F
fmla v3.4s, v10.4s, v7.s[0]                 ; 4311874F
fmla v5.4s, v10.4s, v8.s[0]                 ; 4511884F
fmla v0.4s, v11.4s, v6.s[1]                 ; 6011A64F
fmla v2.4s, v11.4s, v7.s[1]                 ; 6211A74F
fmla v4.4s, v11.4s, v8.s[1]                 ; 6411A84F
fmla v1.4s, v12.4s, v6.s[1]                 ; 8111A64F
fmla v3.4s, v12.4s, v7.s[1]                 ; 8311A74F
fmla v5.4s, v12.4s, v8.s[1]                 ; 8511A84F
fmla v0.4s, v13.4s, v6.s[2]                 ; A019864F
fmla v2.4s, v13.4s, v7.s[2]                 ; A219874F
fmla v4.4s, v13.4s, v8.s[2]                 ; A419884F
fmla v1.4s, v14.4s, v6.s[2]                 ; C119864F
fmla v3.4s, v14.4s, v7.s[2]                 ; C319874F
fmla v5.4s, v14.4s, v8.s[2]                 ; C519884F
fmla v0.4s, v15.4s, v6.s[3]                 ; E019A64F
fmla v2.4s, v15.4s, v7.s[3]                 ; E219A74F
fmla v4.4s, v15.4s, v8.s[3]                 ; E419A84F
fmla v1.4s, v16.4s, v6.s[3]                 ; 011AA64F
fmla v3.4s, v16.4s, v7.s[3]                 ; 031AA74F
fmla v5.4s, v16.4s, v8.s[3]                 ; 051AA84F
subs x3, x3, 1                              ; 630400F1
b.ne L2                                     ; 61FBFF54
L3:
ldr x5, [x0, 56]                            ; 051C40F9
tst x5, 2                                   ; BF007FF2
b.eq L4                                     ; 00000054
ldr x6, [x0, 48]                            ; 061840F9
ldr q6, [x6]                                ; C600C03D
fadd v0.4s, v0.4s, v6.4s                    ; 00D4264E
ldr q6, [x6, 16]                            ; C604C03D
fadd v2.4s, v2.4s, v6.4s                    ; 42D4264E
ldr q6, [x6, 32]                            ; C608C03D
fadd v4.4s, v4.4s, v6.4s                    ; 84D4264E
ldr q6, [x6, 4096]                          ; C600C43D
fadd v1.4s, v1.4s, v6.4s                    ; 21D4264E
ldr q6, [x6, 4112]                          ; C604C43D
fadd v3.4s, v3.4s, v6.4s                    ; 63D4264E
ldr q6, [x6, 4128]                          ; C608C43D
fadd v5.4s, v5.4s, v6.4s                    ; A5D4264E
movi v6.4s, 0                               ; 06E4004F
fmax v0.4s, v0.4s, v6.4s                    ; 00F4264E
fmax v1.4s, v1.4s, v6.4s                    ; 21F4264E
fmax v2.4s, v2.4s, v6.4s                    ; 42F4264E
fmax v3.4s, v3.4s, v6.4s                    ; 63F4264E
fmax v4.4s, v4.4s, v6.4s                    ; 84F4264E
fmax v5.4s, v5.4s, v6.4s                    ; A5F4264E
L4:
str q0, [x7]                                ; E000803D
str q2, [x7, 16]                            ; E204803D
str q4, [x7, 32]                            ; E408803D
str q1, [x7, 4096]                          ; E100843D
str q3, [x7, 4112]                          ; E304843D
str q5, [x7, 4128]                          ; E508843D
ldp d8, d9, [sp]                            ; E827406D
ldp d10, d11, [sp, 16]                      ; EA2F416D
ldp d12, d13, [sp, 32]                      ; EC37426D
ldp d14, d15, [sp, 48]                      ; EE3F436D
add sp, sp, 64                              ; FF030191
ret x30                                     ; C0035FD6
