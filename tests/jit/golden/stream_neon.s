sub sp, sp, 64                              ; FF0301D1
stp d8, d9, [sp]                            ; E827006D
stp d10, d11, [sp, 16]                      ; EA2F016D
stp d12, d13, [sp, 32]                      ; EC37026D
stp d14, d15, [sp, 48]                      ; EE3F036D
ldr x1, [x0]                                ; 010040F9
ldr x2, [x0, 8]                             ; 020440F9
ldr x3, [x0, 16]                            ; 030840F9
ldur q9, [x2]                               ; 4900C03C
ldr x4, [x0, 24]                            ; 040C40F9
cbz x4, L1                                  ; 040000B4
L0:
ldur q0, [x1]                               ; 2000C03C
fmul v0.4s, v0.4s, v9.4s                    ; 00DC296E
ldur q1, [x1, 16]                           ; 2100C13C
fmul v1.4s, v1.4s, v9.4s                    ; 21DC296E
ldur q2, [x1, 32]                           ; 2200C23C
fmul v2.4s, v2.4s, v9.4s                    ; 42DC296E
ldur q3, [x1, 48]                           ; 2300C33C
fmul v3.4s, v3.4s, v9.4s                    ; 63DC296E
mov v13.16b, v0.16b                         ; 0D1CA04E
mov v16.16b, v1.16b                         ; 301CA14E
mov v19.16b, v2.16b                         ; 531CA24E
mov v22.16b, v3.16b                         ; 761CA34E
mov w16, 3266314240                         ; 1056B852
dup v10.4s, w16                             ; 0A0E044E
fmax v0.4s, v10.4s, v0.4s                   ; 40F5204E
fmax v1.4s, v10.4s, v1.4s                   ; 41F5214E
fmax v2.4s, v10.4s, v2.4s                   ; 42F5224E
fmax v3.4s, v10.4s, v3.4s                   ; 43F5234E
mov w16, 1118699520                         ; D055A852
dup v10.4s, w16                             ; 0A0E044E
fmin v0.4s, v10.4s, v0.4s                   ; 40F5A04E
fmin v1.4s, v10.4s, v1.4s                   ; 41F5A14E
fmin v2.4s, v10.4s, v2.4s                   ; 42F5A24E
fmin v3.4s, v10.4s, v3.4s                   ; 43F5A34E
mov w16, 3216550459                         ; 7047955210F7B772
dup v10.4s, w16                             ; 0A0E044E
fmul v11.4s, v0.4s, v10.4s                  ; 0BDC2A6E
fmul v14.4s, v1.4s, v10.4s                  ; 2EDC2A6E
fmul v17.4s, v2.4s, v10.4s                  ; 51DC2A6E
fmul v20.4s, v3.4s, v10.4s                  ; 74DC2A6E
frintn v11.4s, v11.4s                       ; 6B89214E
frintn v14.4s, v14.4s                       ; CE89214E
frintn v17.4s, v17.4s                       ; 318A214E
frintn v20.4s, v20.4s                       ; 948A214E
mov w16, 1060205056                         ; 10408E5230E6A772
dup v10.4s, w16                             ; 0A0E044E
fmla v0.4s, v11.4s, v10.4s                  ; 60CD2A4E
fmla v1.4s, v14.4s, v10.4s                  ; C1CD2A4E
fmla v2.4s, v17.4s, v10.4s                  ; 22CE2A4E
fmla v3.4s, v20.4s, v10.4s                  ; 83CE2A4E
mov w16, 901758606                          ; D0D19752F0B7A672
dup v10.4s, w16                             ; 0A0E044E
fmla v0.4s, v11.4s, v10.4s                  ; 60CD2A4E
fmla v1.4s, v14.4s, v10.4s                  ; C1CD2A4E
fmla v2.4s, v17.4s, v10.4s                  ; 22CE2A4E
fmla v3.4s, v20.4s, v10.4s                  ; 83CE2A4E
mov w16, 985008993                          ; 306C8152D056A772
dup v10.4s, w16                             ; 0A0E044E
mov v12.16b, v10.16b                        ; 4C1DAA4E
mov v15.16b, v10.16b                        ; 4F1DAA4E
mov v18.16b, v10.16b                        ; 521DAA4E
mov v21.16b, v10.16b                        ; 551DAA4E
mov w16, 3154675849                         ; 301191521081B772
dup v10.4s, w16                             ; 0A0E044E
fmul v12.4s, v12.4s, v0.4s                  ; 8CDD206E
fadd v12.4s, v12.4s, v10.4s                 ; 8CD52A4E
fmul v15.4s, v15.4s, v1.4s                  ; EFDD216E
fadd v15.4s, v15.4s, v10.4s                 ; EFD52A4E
fmul v18.4s, v18.4s, v2.4s                  ; 52DE226E
fadd v18.4s, v18.4s, v10.4s                 ; 52D62A4E
fmul v21.4s, v21.4s, v3.4s                  ; B5DE236E
fadd v21.4s, v21.4s, v10.4s                 ; B5D62A4E
mov w16, 1026206379                         ; 7055955250A5A772
dup v10.4s, w16                             ; 0A0E044E
fmul v12.4s, v12.4s, v0.4s                  ; 8CDD206E
fadd v12.4s, v12.4s, v10.4s                 ; 8CD52A4E
fmul v15.4s, v15.4s, v1.4s                  ; EFDD216E
fadd v15.4s, v15.4s, v10.4s                 ; EFD52A4E
fmul v18.4s, v18.4s, v2.4s                  ; 52DE226E
fadd v18.4s, v18.4s, v10.4s                 ; 52D62A4E
fmul v21.4s, v21.4s, v3.4s                  ; B5DE236E
fadd v21.4s, v21.4s, v10.4s                 ; B5D62A4E
mov w16, 3190467243                         ; 7055955250C5B772
dup v10.4s, w16                             ; 0A0E044E
fmul v12.4s, v12.4s, v0.4s                  ; 8CDD206E
fadd v12.4s, v12.4s, v10.4s                 ; 8CD52A4E
fmul v15.4s, v15.4s, v1.4s                  ; EFDD216E
fadd v15.4s, v15.4s, v10.4s                 ; EFD52A4E
fmul v18.4s, v18.4s, v2.4s                  ; 52DE226E
fadd v18.4s, v18.4s, v10.4s                 ; 52D62A4E
fmul v21.4s, v21.4s, v3.4s                  ; B5DE236E
fadd v21.4s, v21.4s, v10.4s                 ; B5D62A4E
mov w16, 1056964608                         ; 10E0A752
dup v10.4s, w16                             ; 0A0E044E
fmul v12.4s, v12.4s, v0.4s                  ; 8CDD206E
fadd v12.4s, v12.4s, v10.4s                 ; 8CD52A4E
fmul v15.4s, v15.4s, v1.4s                  ; EFDD216E
fadd v15.4s, v15.4s, v10.4s                 ; EFD52A4E
fmul v18.4s, v18.4s, v2.4s                  ; 52DE226E
fadd v18.4s, v18.4s, v10.4s                 ; 52D62A4E
fmul v21.4s, v21.4s, v3.4s                  ; B5DE236E
fadd v21.4s, v21.4s, v10.4s                 ; B5D62A4E
mov w16, 3212836864                         ; 10F0B752
dup v10.4s, w16                             ; 0A0E044E
fmul v12.4s, v12.4s, v0.4s                  ; 8CDD206E
fadd v12.4s, v12.4s, v10.4s                 ; 8CD52A4E
fmul v15.4s, v15.4s, v1.4s                  ; EFDD216E
fadd v15.4s, v15.4s, v10.4s                 ; EFD52A4E
fmul v18.4s, v18.4s, v2.4s                  ; 52DE226E
fadd v18.4s, v18.4s, v10.4s                 ; 52D62A4E
fmul v21.4s, v21.4s, v3.4s                  ; B5DE236E
fadd v21.4s, v21.4s, v10.4s                 ; B5D62A4E
mov w16, 1065353216                         ; 10F0A752
dup v10.4s, w16                             ; 0A0E044E
fmul v12.4s, v12.4s, v0.4s                  ; 8CDD206E
fadd v12.4s, v12.4s, v10.4s                 ; 8CD52A4E
fmul v15.4s, v15.4s, v1.4s                  ; EFDD216E
fadd v15.4s, v15.4s, v10.4s                 ; EFD52A4E
fmul v18.4s, v18.4s, v2.4s                  ; 52DE226E
fadd v18.4s, v18.4s, v10.4s                 ; 52D62A4E
fmul v21.4s, v21.4s, v3.4s                  ; B5DE236E
fadd v21.4s, v21.4s, v10.4s                 ; B5D62A4E
fcvtns v11.4s, v11.4s                       ; 6BA9214E
shl v11.4s, v11.4s, 23                      ; 6B55374F
add v12.4s, v12.4s, v11.4s                  ; 8C85AB4E
mov v0.16b, v12.16b                         ; 801DAC4E
fcvtns v14.4s, v14.4s                       ; CEA9214E
shl v14.4s, v14.4s, 23                      ; CE55374F
add v15.4s, v15.4s, v14.4s                  ; EF85AE4E
mov v1.16b, v15.16b                         ; E11DAF4E
fcvtns v17.4s, v17.4s                       ; 31AA214E
shl v17.4s, v17.4s, 23                      ; 3156374F
add v18.4s, v18.4s, v17.4s                  ; 5286B14E
mov v2.16b, v18.16b                         ; 421EB24E
fcvtns v20.4s, v20.4s                       ; 94AA214E
shl v20.4s, v20.4s, 23                      ; 9456374F
add v21.4s, v21.4s, v20.4s                  ; B586B44E
mov v3.16b, v21.16b                         ; A31EB54E
mov w16, 1065353216                         ; 10F0A752
dup v10.4s, w16                             ; 0A0E044E
fadd v0.4s, v0.4s, v10.4s                   ; 00D42A4E
fdiv v0.4s, v10.4s, v0.4s                   ; 40FD206E
fadd v1.4s, v1.4s, v10.4s                   ; 21D42A4E
fdiv v1.4s, v10.4s, v1.4s                   ; 41FD216E
fadd v2.4s, v2.4s, v10.4s                   ; 42D42A4E
fdiv v2.4s, v10.4s, v2.4s                   ; 42FD226E
fadd v3.4s, v3.4s, v10.4s                   ; 63D42A4E
fdiv v3.4s, v10.4s, v3.4s                   ; 43FD236E
fmul v0.4s, v0.4s, v13.4s                   ; 00DC2D6E
fmul v1.4s, v1.4s, v16.4s                   ; 21DC306E
fmul v2.4s, v2.4s, v19.4s                   ; 42DC336E
fmul v3.4s, v3.4s, v22.4s                   ; 63DC366E
str q0, [x3]                                ; 6000803D
str q1, [x3, 16]                            ; 6104803D
str q2, [x3, 32]                            ; 6208803D
str q3, [x3, 48]                            ; 630C803D
add x1, x1, 64                              ; 21000191
add x3, x3, 64                              ; 63000191
subs x4, x4, 1                              ; 840400F1
b.ne L0                                     ; 81ECFF54
L1:
ldr x4, [x0, 32]                            ; 041040F9
cbz x4, L3                                  ; 040000B4
L2:
ldur q0, [x1]                               ; 2000C03C
fmul v0.4s, v0.4s, v9.4s                    ; 00DC296E
mov v13.16b, v0.16b                         ; 0D1CA04E
mov w16, 3266314240                         ; 1056B852
dup v10.4s, w16                             ; 0A0E044E
fmax v0.4s, v10.4s, v0.4s                   ; 40F5204E
mov w16, 1118699520                         ; D055A852
dup v10.4s, w16                             ; 0A0E044E
fmin v0.4s, v10.4s, v0.4s                   ; 40F5A04E
mov w16, 3216550459                         ; 7047955210F7B772
dup v10.4s, w16                             ; 0A0E044E
fmul v11.4s, v0.4s, v10.4s                  ; 0BDC2A6E
frintn v11.4s, v11.4s                       ; 6B89214E
mov w16, 1060205056                         ; 10408E5230E6A772
dup v10.4s, w16                             ; 0A0E044E
fmla v0.4s, v11.4s, v10.4s                  ; 60CD2A4E
mov w16, 901758606                          ; D0D19752F0B7A672
dup v10.4s, w16                             ; 0A0E044E
fmla v0.4s, v11.4s, v10.4s                  ; 60CD2A4E
mov w16, 985008993                          ; 306C8152D056A772
dup v10.4s, w16                             ; 0A0E044E
mov v12.16b, v10.16b                        ; 4C1DAA4E
mov w16, 3154675849                         ; 301191521081B772
dup v10.4s, w16                             ; 0A0E044E
fmul v12.4s, v12.4s, v0.4s                  ; 8CDD206E
fadd v12.4s, v12.4s, v10.4s                 ; 8CD52A4E
mov w16, 1026206379                         ; 7055955250A5A772
dup v10.4s, w16                             ; 0A0E044E
fmul v12.4s, v12.4s, v0.4s                  ; 8CDD206E
fadd v12.4s, v12.4s, v10.4s                 ; 8CD52A4E
mov w16, 3190467243                         ; 7055955250C5B772
dup v10.4s, w16                             ; 0A0E044E
fmul v12.4s, v12.4s, v0.4s                  ; 8CDD206E
fadd v12.4s, v12.4s, v10.4s                 ; 8CD52A4E
mov w16, 1056964608                         ; 10E0A752
dup v10.4s, w16                             ; 0A0E044E
fmul v12.4s, v12.4s, v0.4s                  ; 8CDD206E
fadd v12.4s, v12.4s, v10.4s                 ; 8CD52A4E
mov w16, 3212836864                         ; 10F0B752
dup v10.4s, w16                             ; 0A0E044E
fmul v12.4s, v12.4s, v0.4s                  ; 8CDD206E
fadd v12.4s, v12.4s, v10.4s                 ; 8CD52A4E
mov w16, 1065353216                         ; 10F0A752
dup v10.4s, w16                             ; 0A0E044E
fmul v12.4s, v12.4s, v0.4s                  ; 8CDD206E
fadd v12.4s, v12.4s, v10.4s                 ; 8CD52A4E
fcvtns v11.4s, v11.4s                       ; 6BA9214E
shl v11.4s, v11.4s, 23                      ; 6B55374F
add v12.4s, v12.4s, v11.4s                  ; 8C85AB4E
mov v0.16b, v12.16b                         ; 801DAC4E
mov w16, 1065353216                         ; 10F0A752
dup v10.4s, w16                             ; 0A0E044E
fadd v0.4s, v0.4s, v10.4s                   ; 00D42A4E
fdiv v0.4s, v10.4s, v0.4s                   ; 40FD206E
fmul v0.4s, v0.4s, v13.4s                   ; 00DC2D6E
str q0, [x3]                                ; 6000803D
add x1, x1, 16                              ; 21400091
add x3, x3, 16                              ; 63400091
subs x4, x4, 1                              ; 840400F1
b.ne L2                                     ; C1F7FF54
L3:
ldp d8, d9, [sp]                            ; E827406D
ldp d10, d11, [sp, 16]                      ; EA2F416D
ldp d12, d13, [sp, 32]                      ; EC37426D
ldp d14, d15, [sp, 48]                      ; EE3F436D
add sp, sp, 64                              ; FF030191
ret x30                                     ; C0035FD6
