mov rsi, [rdi]                              ; 488B37
mov rdx, [rdi+8]                            ; 488B5708
mov rcx, [rdi+16]                           ; 488B4F10
vmovups zmm0, [rsi]                         ; 62F17C481006
vmovups zmm1, [rsi+1024]                    ; 62F17C48104E10
vmovups zmm2, [rsi+2048]                    ; 62F17C48105620
vmovups zmm3, [rsi+3072]                    ; 62F17C48105E30
vmovups zmm4, [rsi+4096]                    ; 62F17C48106640
vmovups zmm5, [rsi+5120]                    ; 62F17C48106E50
vmovups zmm6, [rsi+6144]                    ; 62F17C48107660
vmovups zmm7, [rsi+7168]                    ; 62F17C48107E70
vmovups zmm8, [rsi+8192]                    ; 62717C48108600200000
vmovups zmm9, [rsi+9216]                    ; 62717C48108E00240000
vmovups zmm10, [rsi+10240]                  ; 62717C48109600280000
vmovups zmm11, [rsi+11264]                  ; 62717C48109E002C0000
vmovups zmm12, [rsi+12288]                  ; 62717C4810A600300000
vmovups zmm13, [rsi+13312]                  ; 62717C4810AE00340000
vmovups zmm14, [rsi+14336]                  ; 62717C4810B600380000
vmovups zmm15, [rsi+15360]                  ; 62717C4810BE003C0000
vunpcklps zmm16, zmm0, zmm1                 ; 62E17C4814C1
vunpckhps zmm17, zmm0, zmm1                 ; 62E17C4815C9
vunpcklps zmm18, zmm2, zmm3                 ; 62E16C4814D3
vunpckhps zmm19, zmm2, zmm3                 ; 62E16C4815DB
vunpcklps zmm20, zmm4, zmm5                 ; 62E15C4814E5
vunpckhps zmm21, zmm4, zmm5                 ; 62E15C4815ED
vunpcklps zmm22, zmm6, zmm7                 ; 62E14C4814F7
vunpckhps zmm23, zmm6, zmm7                 ; 62E14C4815FF
vunpcklps zmm24, zmm8, zmm9                 ; 62413C4814C1
vunpckhps zmm25, zmm8, zmm9                 ; 62413C4815C9
vunpcklps zmm26, zmm10, zmm11               ; 62412C4814D3
vunpckhps zmm27, zmm10, zmm11               ; 62412C4815DB
vunpcklps zmm28, zmm12, zmm13               ; 62411C4814E5
vunpckhps zmm29, zmm12, zmm13               ; 62411C4815ED
vunpcklps zmm30, zmm14, zmm15               ; 62410C4814F7
vunpckhps zmm31, zmm14, zmm15               ; 62410C4815FF
vunpcklpd zmm0, zmm16, zmm18                ; 62B1FD4014C2
vunpckhpd zmm1, zmm16, zmm18                ; 62B1FD4015CA
vunpcklpd zmm2, zmm17, zmm19                ; 62B1F54014D3
vunpckhpd zmm3, zmm17, zmm19                ; 62B1F54015DB
vunpcklpd zmm4, zmm20, zmm22                ; 62B1DD4014E6
vunpckhpd zmm5, zmm20, zmm22                ; 62B1DD4015EE
vunpcklpd zmm6, zmm21, zmm23                ; 62B1D54014F7
vunpckhpd zmm7, zmm21, zmm23                ; 62B1D54015FF
vunpcklpd zmm8, zmm24, zmm26                ; 6211BD4014C2
vunpckhpd zmm9, zmm24, zmm26                ; 6211BD4015CA
vunpcklpd zmm10, zmm25, zmm27               ; 6211B54014D3
vunpckhpd zmm11, zmm25, zmm27               ; 6211B54015DB
vunpcklpd zmm12, zmm28, zmm30               ; 62119D4014E6
vunpckhpd zmm13, zmm28, zmm30               ; 62119D4015EE
vunpcklpd zmm14, zmm29, zmm31               ; 6211954014F7
vunpckhpd zmm15, zmm29, zmm31               ; 6211954015FF
vshuff32x4 zmm16, zmm0, zmm4, 136           ; 62E37D4823C488
vshuff32x4 zmm20, zmm0, zmm4, 221           ; 62E37D4823E4DD
vshuff32x4 zmm24, zmm8, zmm12, 136          ; 62433D4823C488
vshuff32x4 zmm28, zmm8, zmm12, 221          ; 62433D4823E4DD
vshuff32x4 zmm0, zmm16, zmm24, 136          ; 62937D4023C088
vshuff32x4 zmm8, zmm16, zmm24, 221          ; 62137D4023C0DD
vshuff32x4 zmm4, zmm20, zmm28, 136          ; 62935D4023E488
vshuff32x4 zmm12, zmm20, zmm28, 221         ; 62135D4023E4DD
vshuff32x4 zmm17, zmm1, zmm5, 136           ; 62E3754823CD88
vshuff32x4 zmm21, zmm1, zmm5, 221           ; 62E3754823EDDD
vshuff32x4 zmm25, zmm9, zmm13, 136          ; 6243354823CD88
vshuff32x4 zmm29, zmm9, zmm13, 221          ; 6243354823EDDD
vshuff32x4 zmm1, zmm17, zmm25, 136          ; 6293754023C988
vshuff32x4 zmm9, zmm17, zmm25, 221          ; 6213754023C9DD
vshuff32x4 zmm5, zmm21, zmm29, 136          ; 6293554023ED88
vshuff32x4 zmm13, zmm21, zmm29, 221         ; 6213554023EDDD
vshuff32x4 zmm18, zmm2, zmm6, 136           ; 62E36D4823D688
vshuff32x4 zmm22, zmm2, zmm6, 221           ; 62E36D4823F6DD
vshuff32x4 zmm26, zmm10, zmm14, 136         ; 62432D4823D688
vshuff32x4 zmm30, zmm10, zmm14, 221         ; 62432D4823F6DD
vshuff32x4 zmm2, zmm18, zmm26, 136          ; 62936D4023D288
vshuff32x4 zmm10, zmm18, zmm26, 221         ; 62136D4023D2DD
vshuff32x4 zmm6, zmm22, zmm30, 136          ; 62934D4023F688
vshuff32x4 zmm14, zmm22, zmm30, 221         ; 62134D4023F6DD
vshuff32x4 zmm19, zmm3, zmm7, 136           ; 62E3654823DF88
vshuff32x4 zmm23, zmm3, zmm7, 221           ; 62E3654823FFDD
vshuff32x4 zmm27, zmm11, zmm15, 136         ; 6243254823DF88
vshuff32x4 zmm31, zmm11, zmm15, 221         ; 6243254823FFDD
vshuff32x4 zmm3, zmm19, zmm27, 136          ; 6293654023DB88
vshuff32x4 zmm11, zmm19, zmm27, 221         ; 6213654023DBDD
vshuff32x4 zmm7, zmm23, zmm31, 136          ; 6293454023FF88
vshuff32x4 zmm15, zmm23, zmm31, 221         ; 6213454023FFDD
vmovups zmm3, [rcx]                         ; 62F17C481019
vaddps zmm0, zmm0, zmm3                     ; 62F17C4858C3
vaddps zmm1, zmm1, zmm3                     ; 62F1744858CB
vaddps zmm2, zmm2, zmm3                     ; 62F16C4858D3
mov r8, [rdi+24]                            ; 4C8B4718
vaddps zmm0, zmm0, zmmword ptr [r8]         ; 62D17C485800
vaddps zmm1, zmm1, zmmword ptr [r8+64]      ; 62D17448584801
vaddps zmm2, zmm2, zmmword ptr [r8+256]     ; 62D16C48585004
vpxord zmm3, zmm3, zmm3                     ; 62F16548EFDB
vmaxps zmm0, zmm3, zmm0                     ; 62F164485FC0
vmaxps zmm1, zmm3, zmm1                     ; 62F164485FC9
vmaxps zmm2, zmm3, zmm2                     ; 62F164485FD2
vmovups [rdx], zmm0                         ; 62F17C481102
vmovups [rdx+64], zmm1                      ; 62F17C48114A01
vmovups [rdx+256], zmm2                     ; 62F17C48115204
vzeroupper                                  ; C5F877
ret                                         ; C3
