sub sp, sp, 64                              ; FF0301D1
stp d8, d9, [sp]                            ; E827006D
stp d10, d11, [sp, 16]                      ; EA2F016D
stp d12, d13, [sp, 32]                      ; EC37026D
stp d14, d15, [sp, 48]                      ; EE3F036D
ldr x1, [x0]                                ; 010040F9
ldr x2, [x0, 8]                             ; 020440F9
ldr x3, [x0, 16]                            ; 030840F9
mov w16, 1199562752                         ; 10009C52F0EFA872
dup v12.4s, w16                             ; 0C0E044E
mov w16, 3347046400                         ; 10009C52F0EFB872
dup v13.4s, w16                             ; 0D0E044E
ldr x4, [x0, 24]                            ; 040C40F9
cbz x4, L1                                  ; 040000B4
L0:
ldur q0, [x1]                               ; 2000C03C
ldur q4, [x2]                               ; 4400C03C
ldur q1, [x1, 16]                           ; 2100C13C
ldur q5, [x2, 16]                           ; 4500C13C
ldur q2, [x1, 32]                           ; 2200C23C
ldur q6, [x2, 32]                           ; 4600C23C
ldur q3, [x1, 48]                           ; 2300C33C
ldur q7, [x2, 48]                           ; 4700C33C
fmin v0.4s, v0.4s, v12.4s                   ; 00F4AC4E
fmax v0.4s, v0.4s, v13.4s                   ; 00F42D4E
fmin v1.4s, v1.4s, v12.4s                   ; 21F4AC4E
fmax v1.4s, v1.4s, v13.4s                   ; 21F42D4E
fmin v2.4s, v2.4s, v12.4s                   ; 42F4AC4E
fmax v2.4s, v2.4s, v13.4s                   ; 42F42D4E
fmin v3.4s, v3.4s, v12.4s                   ; 63F4AC4E
fmax v3.4s, v3.4s, v13.4s                   ; 63F42D4E
fmin v4.4s, v4.4s, v12.4s                   ; 84F4AC4E
fmax v4.4s, v4.4s, v13.4s                   ; 84F42D4E
fmin v5.4s, v5.4s, v12.4s                   ; A5F4AC4E
fmax v5.4s, v5.4s, v13.4s                   ; A5F42D4E
fmin v6.4s, v6.4s, v12.4s                   ; C6F4AC4E
fmax v6.4s, v6.4s, v13.4s                   ; C6F42D4E
fmin v7.4s, v7.4s, v12.4s                   ; E7F4AC4E
fmax v7.4s, v7.4s, v13.4s                   ; E7F42D4E
fcvtn v8.4h, v0.4s                          ; 0868210E
fcvtn2 v8.8h, v4.4s                         ; 8868214E
str q8, [x3]                                ; 6800803D
fcvtn v9.4h, v1.4s                          ; 2968210E
fcvtn2 v9.8h, v5.4s                         ; A968214E
str q9, [x3, 16]                            ; 6904803D
fcvtn v10.4h, v2.4s                         ; 4A68210E
fcvtn2 v10.8h, v6.4s                        ; CA68214E
str q10, [x3, 32]                           ; 6A08803D
fcvtn v11.4h, v3.4s                         ; 6B68210E
fcvtn2 v11.8h, v7.4s                        ; EB68214E
str q11, [x3, 48]                           ; 6B0C803D
add x1, x1, 64                              ; 21000191
add x2, x2, 64                              ; 42000191
add x3, x3, 64                              ; 63000191
subs x4, x4, 1                              ; 840400F1
b.ne L0                                     ; 01FBFF54
L1:
ldr x4, [x0, 32]                            ; 041040F9
cbz x4, L3                                  ; 040000B4
L2:
ldur q0, [x1]                               ; 2000C03C
ldur q4, [x2]                               ; 4400C03C
fmin v0.4s, v0.4s, v12.4s                   ; 00F4AC4E
fmax v0.4s, v0.4s, v13.4s                   ; 00F42D4E
fmin v4.4s, v4.4s, v12.4s                   ; 84F4AC4E
fmax v4.4s, v4.4s, v13.4s                   ; 84F42D4E
fcvtn v8.4h, v0.4s                          ; 0868210E
fcvtn2 v8.8h, v4.4s                         ; 8868214E
str q8, [x3]                                ; 6800803D
add x1, x1, 16                              ; 21400091
add x2, x2, 16                              ; 42400091
add x3, x3, 16                              ; 63400091
subs x4, x4, 1                              ; 840400F1
b.ne L2                                     ; 61FEFF54
L3:
ldp d8, d9, [sp]                            ; E827406D
ldp d10, d11, [sp, 16]                      ; EA2F416D
ldp d12, d13, [sp, 32]                      ; EC37426D
ldp d14, d15, [sp, 48]                      ; EE3F436D
add sp, sp, 64                              ; FF030191
ret x30                                     ; C0035FD6
