"""The words the artist understands, English and Chinese side by side; data only.

Each table maps a meaning to its words. English words match whole words in any case, with
simple plurals where they are nouns; Chinese words match anywhere. Longer words win over
shorter ones at the same place, so `bird's-eye` is never a bird.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

SHOTS: Final[Mapping[str, str]] = {
    "extreme_wide": "extreme wide|extreme long shot|very wide|very long shot|establishing|panorama|"
    "panoramic|aerial|vista|drone|ews|els|大远景|远景|极远景|大全景|航拍|鸟瞰全景|全景图|空镜",
    "wide": "wide shot|wide view|wide angle|wide-angle|wide|long shot|全景|广角|宽景|ws",
    "full": "full shot|full-shot|full body|full-body|full length|full-length|head to toe|whole body|"
    "全身|全身像|全身照|fs",
    "medium": "medium shot|mid shot|mid-shot|medium|waist up|waist-up|cowboy shot|american shot|"
    "half body|half-body|two-shot|two shot|中景|中近景|半身|半身像|七分身|ms",
    "close": "medium close-up|medium close up|close-up|close up|closeup|close shot|close on|portrait of|"
    "headshot|head and shoulders|近景|特写|面部特写|脸部特写|肖像|头像|mcu|cu",
    "extreme_close": "extreme close-up|extreme close up|extreme closeup|big close-up|macro|"
    "大特写|极特写|微距|眼部特写|ecu|bcu",
    "over_shoulder": "over-the-shoulder|over the shoulder|over-shoulder|over shoulder|over his shoulder|"
    "over her shoulder|过肩|过肩镜头|越肩|ots",
    "insert": "insert shot|insert|detail shot|detail of|cutaway|close-up of hands|close-up of a hand|"
    "close-up of the hand|close-up on hands|hands close-up|插入镜头|细节镜头|细节特写|物件特写|手部特写|手的特写|道具特写",
}

ANGLES: Final[Mapping[str, str]] = {
    "high": "bird's-eye|bird's eye|birds-eye|birds eye|bird’s-eye|bird’s eye|top-down|top down|overhead shot|overhead view|"
    "directly above|straight down|god's eye|俯拍|俯视|俯瞰|鸟瞰|顶拍|从上往下|上帝视角",
    "raised": "high angle|high-angle|from above|looking down on|高角度|高机位|斜俯",
    "low": "low angle|low-angle|worm's-eye|worm's eye|from below|looking up at him|looking up at her|"
    "仰拍|仰视|低角度|低机位|从下往上",
    "dutch": "dutch angle|dutch tilt|canted|tilted frame|倾斜镜头|斜角|荷兰角",
    "eye": "eye level|eye-level|平视|平拍",
}

TIMES: Final[Mapping[str, str]] = {
    "dawn": "dawn|sunrise|daybreak|first light|early morning|清晨|黎明|拂晓|日出|晨曦|破晓|凌晨|晨光|晨雾",
    "day": "day|daytime|daylight|noon|midday|morning|afternoon|sunny|白天|中午|正午|上午|下午|早晨|早上|"
    "午后|日间|晴天|阳光|白日|sunlight|sunlit",
    "golden": "golden hour|golden light|late afternoon|magic hour|low sun|warm evening light|"
    "黄金时刻|夕照|斜阳|金色阳光|金色的阳光|金色光线|傍晚的阳光",
    "dusk": "dusk|sunset|twilight|evening|blue hour|nightfall|黄昏|傍晚|日落|夕阳|暮色|落日|薄暮|晚霞|蓝调时刻",
    "night": "night market|night street|rainy night|夜市|雨夜|雪夜|starry sky|新月|月夜|night|nighttime|midnight|moonlight|moonlit|starry|nocturnal|neon|nights|夜|夜晚|夜里|深夜|"
    "午夜|月光|星空|夜空|月夜|晚上|霓虹|今晚|夜色",
}

WEATHERS: Final[Mapping[str, str]] = {
    "storm": "storm|stormy|thunderstorm|thunder|lightning|tempest|typhoon|暴雨|雷雨|雷暴|闪电|暴风雨|"
    "风暴|台风|打雷|电闪雷鸣",
    "rain": "rainy night|rain|raining|rainy|rainfall|drizzle|drizzling|downpour|rain-soaked|rainstorm|rains|"
    "雨|下雨|细雨|小雨天|雨中|雨夜|大雨|雨天|毛毛雨|雨水|淋雨",
    "snow": "snowy night|snow|snowing|snowy|snowfall|blizzard|snowflakes|snows|雪|下雪|飘雪|大雪|雪花|暴风雪|雪地|雪夜|初雪",
    "fog": "fog|foggy|mist|misty|haze|hazy|smog|雾|薄雾|浓雾|大雾|雾气|雾中|烟雾|晨雾|云雾",
    "wind": "wind|windy|gale|breeze|gust|gusts|windswept|风中|大风|微风|刮风|狂风|秋风|春风|风吹|海风|晚风",
    "cloudy": "cloudy|overcast|grey sky|gray sky|clouds|阴天|多云|阴云|乌云",
    "clear": "clear sky|clear skies|clear|blue sky|cloudless|晴|晴朗|晴空|蓝天|万里无云",
}

PLACES: Final[Mapping[str, str]] = {
    "market": "night market|street market|flea market|fish market|market|marketplace|bazaar|food stall|"
    "stall|stalls|food stalls|vendor stall|夜市|市场|集市|菜市场|早市|摊位|小摊|摊贩|街市|庙会|赶集|大排档|面摊|灯笼摊",
    "alley": "alley|alleyway|back street|backstreet|lane|laneway|hutong|巷|小巷|胡同|弄堂|巷子|里弄|后巷|巷口",
    "rooftop": "rooftop|roof|rooftops|roof terrace|屋顶|天台|楼顶|房顶",
    "bridge": "footbridge|stone bridge|bridge|overpass|桥|石桥|小桥|天桥|桥上|桥头|廊桥",
    "station": "train station|railway station|subway station|metro station|bus station|platform|bus stop|"
    "station|subway|metro|车站|火车站|地铁站|站台|月台|公交站|地铁|airport|机场|候车室",
    "train": "train carriage|train car|inside the train|on the train|train compartment|train window|"
    "inside a train|carriage|on a train|bus interior|on the bus|inside the bus|"
    "车厢|火车里|列车上|火车上|地铁里|车窗|列车|公交车上|绿皮火车",
    "car": "inside the car|car interior|back seat|backseat|in the car|in a taxi|inside a taxi|driver's seat|"
    "车里|车内|出租车里|后座|驾驶座|副驾驶",
    "kitchen": "kitchen|bakery|厨房|灶台|烘焙坊|面包房|灶间",
    "bedroom": "bedroom|in bed|bed|dormitory|卧室|床上|床边|床|被窝|宿舍",
    "office": "office|meeting room|boardroom|desk|workplace|cubicle|newsroom|办公室|会议室|书桌|写字楼|工位|办公桌",
    "library": "library|bookshop|bookstore|bookshelves|archive|图书馆|书店|书架|书房|书屋|档案室",
    "school": "school|classroom|schoolyard|blackboard|lecture hall|campus|学校|教室|课堂|黑板|校园|操场",
    "hospital": "hospital|ward|clinic|corridor|hallway|hospital room|医院|病房|诊所|走廊|过道",
    "cafe": "cafe|café|coffee shop|coffeehouse|restaurant|diner|tea house|teahouse|bar counter|bar|pub|"
    "noodle shop|izakaya|咖啡馆|咖啡店|咖啡厅|餐厅|茶馆|茶楼|酒吧|饭馆|面馆|饭店|小店|奶茶店",
    "shop": "shop|store|boutique|supermarket|workshop|convenience store|grocery|mall|garage|shopkeeper|"
    "商店|店铺|便利店|超市|杂货店|工坊|作坊|商场|裁缝铺|药铺|铺子",
    "stage": "stage|theatre|theater|concert|opera|spotlight|circus|舞台|剧院|剧场|戏台|演唱会|音乐会|马戏团",
    "room": "room|living room|apartment|indoors|interior|inside the house|attic|window seat|sofa|fireplace|"
    "studio apartment|window|windowsill|by the window|cabin|hut|motel|hotel room|lobby|basement|客厅|房间|屋里|室内|屋内|家里|家中|公寓|沙发|"
    "壁炉|阁楼|小屋|木屋|旅馆|大厅|窗边|窗前|地下室",
    "moon": "surface of the moon|moon surface|lunar surface|on the moon|moonscape|lunar|moon base|lunar crater|"
    "moon meadow|环形山|月亮上|月亮的草地|月亮草原|月球表面|月球上|月球|月面|月亮的地平线|月宫",
    "forest": "forest|woods|woodland|jungle|grove|bamboo forest|bamboo|rainforest|trees|pine trees|"
    "森林|树林|林间|丛林|竹林|密林|松林|林中|林子|雨林|山林",
    "beach": "beach|seaside|shore|seashore|coast|coastline|sand beach|海滩|海边|沙滩|岸边|海岸|海岛",
    "sea": "sea|ocean|waves|on a boat|ship deck|ship|boat|sailboat|lighthouse|underwater|harbour|harbor|pier|"
    "海|大海|海上|海面|海洋|甲板|船|渔船|帆船|灯塔|海底|港口|码头|海浪",
    "river": "river|riverbank|lake|lakeside|pond|stream|creek|canal|waterfall|riverside|"
    "河|河边|河岸|小河|湖|湖边|湖面|池塘|溪|小溪|运河|江边|江|瀑布|荷塘|水乡",
    "mountain": "mountain|mountains|mountaintop|peak|summit|cliff|canyon|valley|hilltop|ridge|glacier|"
    "山|高山|雪山|山顶|山峰|悬崖|峡谷|山谷|山路|山脚|群山|山坡|峭壁",
    "desert": "desert|dunes|sand dunes|wasteland|oasis|mars|沙漠|戈壁|沙丘|荒漠|大漠|绿洲|火星",
    "garden": "garden|park|courtyard|backyard|greenhouse|flower bed|playground|orchard|lawn|"
    "花园|公园|院子|庭院|园林|后院|果园|草坪|游乐场|温室|小院|花丛|桃花林|樱花树下",
    "field": "field|fields|meadow|grassland|prairie|farm|wheat|rice paddy|rice field|rice fields|hill|hills|"
    "countryside|pasture|cornfield|lavender|田野|草原|麦田|稻田|草地|农田|农场|牧场|山丘|原野|田间|花田|花海|乡间|油菜花|茶园|茶田|茶山|tea garden|tea plantation|tea field|tea terraces|梯田",
    "village": "village|hamlet|small town|old town|cottage|cottages|村庄|村子|小村|小镇|古镇|村口|乡村|老街|古城",
    "temple": "temple|shrine|pagoda|monastery|palace|castle|church|cathedral|ruins|ancient gate|"
    "寺庙|寺|庙|神社|宝塔|佛塔|宫殿|皇宫|城堡|教堂|道观|古寺|城楼|城墙|遗迹",
    "space": "outer space|space|spaceship|spacecraft|space station|planet|galaxy|"
    "太空|宇宙|飞船|宇宙飞船|空间站|星球|银河|星际",
    "sky": "above the clouds|in the clouds|in the sky|云端|云层之上|云海|空中|天空中|天空之城",
    "studio": "studio|plain background|white background|grey background|gray background|seamless|"
    "solid background|cyclorama|studio backdrop|摄影棚|棚拍|纯色背景|白色背景|白底|灰色背景|影棚|纯白背景|台面",
    "street": "night street|street|road|sidewalk|crosswalk|intersection|crossroads|boulevard|highway|avenue|plaza|square|"
    "pavement|街|街道|马路|街头|路口|公路|大街|人行道|斑马线|十字路口|广场|街上|街角|路边",
    "city": "city|skyline|skyscraper|skyscrapers|downtown|cityscape|metropolis|urban|cyberpunk|tower|towers|"
    "城市|都市|高楼|摩天大楼|城区|市区|天际线|大楼|赛博朋克",
}
GENERIC_PLACES: Final = frozenset({"room", "city", "street", "sky", "sea", "shop", "mountain", "studio"})
"""Places that give way to a more telling one named elsewhere in the prompt."""

INTERIORS: Final = frozenset(
    "train car kitchen bedroom office library school hospital cafe shop stage room studio".split()
)

PEOPLE: Final[Mapping[str, str]] = {
    "old_woman": "old woman|elderly woman|old lady|elderly lady|grandmother|grandma|granny|nana|aged woman|"
    "老奶奶|奶奶|外婆|姥姥|老太太|老妇人|老妇|老婆婆|老婆婆|婆婆|祖母|阿婆",
    "old_man": "old man|elderly man|old gentleman|grandfather|grandpa|granddad|aged man|old fisherman|"
    "old monk|old master|old vendor|elder|wizard|old people|"
    "老爷爷|爷爷|外公|姥爷|老人|老头|老头儿|老先生|老者|老翁|祖父|阿公|老伯|大爷|老渔夫|老师傅|老船长|老和尚",
    "woman": "woman|lady|female|mother|mom|mum|actress|waitress|businesswoman|queen|bride|aunt|wife|"
    "saleswoman|heroine|seamstress|female lead|young woman|dancer|nurse|witch|ballerina|"
    "女人|女子|女性|女士|妇女|妈妈|母亲|女主角|女主|阿姨|女王|新娘|妻子|姑娘|少妇|女演员|女店主|女舞者|护士|女老板|女工",
    "girl": "little girl|young girl|small girl|schoolgirl|teenage girl|girl|daughter|princess|sister|granddaughter|"
    "小女孩|女孩|小姑娘|少女|女童|女生|女学生|女儿|公主|妹妹|姐姐|女娃|小公主|孙女",
    "boy": "little boy|young boy|small boy|schoolboy|teenage boy|boy|son|prince|brother|grandson|"
    "小男孩|男孩|少年|男童|男生|男学生|儿子|王子|弟弟|哥哥|小伙伴|小和尚|孙子|牧童",
    "baby": "baby|infant|toddler|newborn|婴儿|宝宝|小宝宝|娃娃",
    "child": "child|kid|pupil|student|teenager|youngster|孩子|小孩|儿童|小朋友|孩童|小学生|学生|娃",
    "man": "man|gentleman|guy|male|father|dad|waiter|businessman|king|groom|uncle|husband|fisherman|"
    "fishermen|hero|male lead|young man|salesman|cowboy|monk|"
    "男人|男子|男性|男士|爸爸|父亲|男主角|男主|叔叔|国王|新郎|丈夫|小伙子|男演员|渔夫|渔民|和尚|大叔|大汉|先生",
    "robot": "robot|android|mech|cyborg|机器人|机甲|仿生人",
    "astronaut": "astronaut|cosmonaut|spaceman|宇航员|航天员|太空人",
    "person": "person|figure|traveller|traveler|detective|doctor|soldier|chef|cook|teacher|vendor|seller|"
    "driver|worker|farmer|artist|painter|singer|musician|hiker|cyclist|photographer|model|protagonist|"
    "main character|character|hero character|stranger|samurai|knight|warrior|pirate|sailor|captain|"
    "shopkeeper|baker|barista|scientist|guard|policeman|police officer|officer|thief|customer|passenger|"
    "swordsman|runner|someone|somebody|adult|athlete|skater|silhouette|friend|neighbour|neighbor|"
    "人|人物|旅人|侦探|医生|士兵|厨师|老师|小贩|摊主|司机|工人|农夫|农民|画家|歌手|音乐家|摄影师|模特|主角|主人公|角色|陌生人|"
    "武士|骑士|战士|海盗|水手|船长|店主|老板|面包师|科学家|警察|小偷|顾客|乘客|侠客|剑客|书生|行人|身影|背影|人影|旅客|运动员|朋友",
}
STAND_INS: Final = frozenset(
    "角色 主角 人物 主人公 背影 身影 人影 character characters protagonist figure figures silhouette 影子".split()
)
"""Words for somebody already named; only a picture with nobody else in it gets a person from them."""
GROUPS: Final[Mapping[str, str]] = {
    "crowd": "crowd|crowds|crowded|people|passers-by|passersby|pedestrians|shoppers|audience|commuters|"
    "onlookers|villagers|tourists|busy with people|bustling|"
    "人群|人们|众人|路人|人山人海|熙熙攘攘|观众|游客|村民|人来人往|热闹|食客|人流",
    "couple": "couple|lovers|husband and wife|newlyweds|情侣|恋人|夫妻|夫妇|一对男女|小两口",
    "family": "family|一家人|一家三口|全家|家人|一家四口",
    "children": "children|kids|pupils|schoolchildren|孩子们|小朋友们|孩童们|同学们|学生们",
    "friends": "friends|朋友们|伙伴们|少年们",
}
ANIMALS: Final[Mapping[str, str]] = {
    "cat": "cat|kitten|kitty|猫|小猫|猫咪|黑猫|橘猫|白猫|花猫",
    "dog": "dog|puppy|hound|corgi|shiba|狗|小狗|犬|柴犬|柯基|狗狗",
    "rabbit": "rabbit|bunny|hare|兔|兔子|小兔|小兔子|白兔",
    "fox": "fox|狐狸|小狐狸|狐",
    "wolf": "wolf|wolves|狼|灰狼",
    "bear": "bear|polar bear|bear cub|熊|小熊|棕熊|北极熊",
    "panda": "panda|熊猫|大熊猫",
    "deer": "deer|fawn|stag|reindeer|鹿|小鹿|麋鹿|驯鹿|梅花鹿",
    "horse": "horse|pony|unicorn|donkey|white horse|马匹|白马|骏马|小马|黑马|独角兽|毛驴|骑马|战马",
    "cow": "cow|ox|bull|buffalo|calf|奶牛|牛|水牛|黄牛|小牛",
    "sheep": "sheep|lamb|goat|羊|绵羊|小羊|山羊|羊群",
    "pig": "pig|piglet|猪|小猪",
    "mouse": "mouse|mice|hamster|squirrel|老鼠|小老鼠|小鼠|松鼠|仓鼠",
    "elephant": "elephant|大象|小象|象",
    "tiger": "tiger|老虎|小老虎|虎",
    "lion": "lion|lioness|狮子|小狮子|石狮子",
    "monkey": "monkey|ape|猴子|小猴|小猴子|金丝猴",
    "frog": "frog|toad|青蛙|小青蛙",
    "turtle": "turtle|tortoise|乌龟|海龟|小乌龟",
    "duck": "duck|duckling|goose|geese|swan|鸭|鸭子|小鸭|鹅|天鹅|大雁",
    "hen": "hen|chicken|rooster|chick|鸡|小鸡|公鸡|母鸡",
    "owl": "owl|猫头鹰",
    "bird": "bird|crow|raven|sparrow|pigeon|dove|parrot|seagull|gull|eagle|crane|swallow|penguin|magpie|"
    "鸟|小鸟|乌鸦|麻雀|鸽子|鹦鹉|海鸥|老鹰|仙鹤|燕子|企鹅|喜鹊|白鹭",
    "fish": "fish|goldfish|koi|whale|dolphin|shark|鱼|金鱼|锦鲤|鲸|鲸鱼|海豚|鲨鱼|小鱼",
    "dragon": "dragon|dinosaur|龙|巨龙|小龙|恐龙",
    "butterfly": "butterfly|butterflies|firefly|fireflies|bee|dragonfly|蝴蝶|萤火虫|蜜蜂|蜻蜓",
}

OBJECTS: Final[Mapping[str, str]] = {
    "bottle": "perfume bottle|water bottle|wine bottle|bottle|perfume|flask|vial|香水瓶|瓶子|香水|酒瓶|水瓶|茶瓶|瓶装茶|瓶装水|瓶装|瓶身|瓶|精华液|矿泉水",
    "can": "soda can|tin can|soda|beverage can|beer can|energy drink|drink can|易拉罐|饮料罐|罐头|汽水|罐装饮料|茶罐",
    "shoe": "running shoe|shoe|sneaker|trainers|boot|boots|high heels|运动鞋|鞋|球鞋|跑鞋|靴子|高跟鞋|鞋子",
    "bag": "handbag|bag|backpack|tote|purse|satchel|rucksack|schoolbag|手提包|背包|包包|手袋|书包|挎包|帆布包",
    "suitcase": "suitcase|luggage|briefcase|trunk|行李箱|手提箱|皮箱|公文包|行李",
    "watch": "watch|wristwatch|smartwatch|pocket watch|watch face|luxury watch|clock|alarm clock|手表|腕表|怀表|时钟|闹钟|智能手表",
    "cup": "cup|mug|coffee cup|teacup|tea cup|glass of|latte|espresso|tumbler|thermos|"
    "杯子|咖啡杯|茶杯|马克杯|杯|咖啡|保温杯|奶茶|热茶|一杯茶",
    "teapot": "teapot|kettle|茶壶|水壶|紫砂壶",
    "bowl": "bowl|noodles|soup|ramen|rice bowl|dumplings|碗|面条|拉面|汤|馄饨|饺子|米饭",
    "box": "gift box|box|package|parcel|carton|packaging|chest|mooncake box|礼盒|盒子|包裹|箱子|纸箱|礼物|包装|木盒|宝箱|月饼盒",
    "phone": "smartphone|mobile phone|cell phone|phone|telephone|handset|手机|电话|智能手机",
    "laptop": "laptop|computer|tablet|screen|monitor|keyboard|笔记本电脑|电脑|平板|显示器|屏幕",
    "headphones": "headphones|earphones|earbuds|headset|耳机",
    "camera": "film camera|vintage camera|old camera|照相机|相机|胶片相机",
    "lamp": "table lamp|desk lamp|lamp|台灯|灯具|油灯|路灯",
    "chair": "armchair|chair|stool|椅子|扶手椅|凳子|藤椅",
    "jar": "cosmetic jar|cream jar|jar|face cream|skincare|candle|honey|面霜|罐子|护肤品|蜡烛|化妆品|蜂蜜",
    "lipstick": "lipstick|口红|唇膏",
    "book": "open book|book|notebook|diary|journal|novel|书本|书|日记|笔记本|小说|一本书|画册",
    "letter": "letter|envelope|postcard|note|ticket|photograph|photo|map|信|信封|明信片|纸条|车票|票|照片|地图|情书",
    "key": "key|keys|钥匙",
    "ring": "diamond ring|ring|necklace|earrings|jewellery|jewelry|戒指|项链|耳环|珠宝|首饰",
    "cake": "birthday cake|cake|dessert|pastry|bread|mooncake|mooncakes|croissant|蛋糕|甜点|面包|月饼|点心|糕点",
    "fruit": "apple|oranges|an orange|fruit|peaches|a peach|lemon|pear|苹果|橙子|水果|桃子|柠檬|橘子|西瓜|桃|梨",
    "flowers": "bouquet|flowers|flower|rose|roses|tulips|vase|花束|鲜花|玫瑰|一朵花|花瓶|花朵|小花|荷花|梅花",
    "umbrella": "umbrella|parasol|伞|雨伞|油纸伞|纸伞",
    "lantern": "brass lamp|oil lamp|hurricane lamp|铜灯|马灯|提着灯|rabbit lantern|兔子灯|兔儿灯|鱼灯|paper lantern|lantern|lanterns|red lanterns|sky lantern|torch|flashlight|灯笼|提灯|红灯笼|孔明灯|手电筒|火把|花灯",
    "balloon": "balloon|balloons|气球|红气球",
    "kite": "kite|风筝|纸鸢",
    "sword": "sword|blade|katana|dagger|剑|刀|宝剑|长剑",
    "guitar": "guitar|violin|erhu|pipa|guzheng|cello|吉他|小提琴|二胡|琵琶|古筝",
    "car_object": "sports car|electric car|car|taxi|truck|van|suv|sedan|跑车|电动车|轿车|汽车|卡车|出租车|小汽车|车子",
    "bicycle": "bicycle|bike|motorcycle|scooter|自行车|单车|摩托车|脚踏车|电瓶车",
    "ball": "football|basketball|soccer ball|tennis ball|ball|足球|篮球|皮球|网球",
    "basket": "basket|fishing net|bucket|篮子|竹篮|鱼篓|水桶|渔网|竹筐",
    "broom": "broom|broomstick|mop|扫帚|扫把|拖把",
    "bell": "brass bell|bell|handbell|铃铛|铃|铜铃|钟",
    "toy": "teddy bear|doll|toy|plush|布娃娃|玩偶|玩具熊|布偶|玩具|布老虎|娃娃熊",
    "brush": "paintbrush|brush|pencil|pen|calligraphy|毛笔|画笔|铅笔|钢笔|书法",
}
HELD: Final = frozenset(
    "umbrella lantern book phone cup flowers bag suitcase balloon sword camera letter box basket kite "
    "guitar bowl fruit toy ball brush bottle laptop cake teapot can key bell broom".split()
)
"""Objects that a person who stands before them in the sentence holds in a hand."""

GARMENTS: Final[Mapping[str, str]] = {
    "raincoat": "raincoat|rain coat|poncho|slicker|雨衣|雨披",
    "coat": "trench coat|overcoat|winter coat|coat|parka|down jacket|lab coat|robe|cloak|cape|uniform coat|"
    "大衣|外套|风衣|棉袄|羽绒服|斗篷|披风|棉衣|外衣|白大褂|军大衣",
    "jacket": "leather jacket|denim jacket|jacket|blazer|cardigan|vest|夹克|皮夹克|牛仔外套|马甲|开衫|背心",
    "suit": "business suit|suit|tuxedo|uniform|armour|armor|jumpsuit|overalls|spacesuit|space suit|"
    "西装|西服|制服|礼服|铠甲|盔甲|背带裤|中山装|宇航服|工装",
    "dress": "evening dress|dress|gown|sundress|skirt|kimono|hanfu|qipao|cheongsam|yukata|"
    "连衣裙|裙子|裙|长裙|旗袍|汉服|和服|短裙|白裙|红裙",
    "sweater": "sweater|jumper|hoodie|pullover|sweatshirt|turtleneck|毛衣|卫衣|连帽衫|针织衫|毛线衣",
    "shirt": "t-shirt|shirt|blouse|tee|tank top|tunic|polo|top|tracksuit|pyjamas|pajamas|apron|"
    "T恤|t恤|衬衫|衬衣|上衣|衣服|短袖|运动服|校服|睡衣|围裙|长衫|布衫|汗衫|小褂|褂子",
    "trousers": "trousers|pants|jeans|shorts|leggings|裤子|牛仔裤|短裤|长裤|裤",
    "scarf": "scarf|shawl|围巾|披肩|红领巾",
    "hat": "hat|cap|beanie|beret|straw hat|bonnet|helmet|top hat|fedora|"
    "帽子|草帽|帽|斗笠|贝雷帽|棒球帽|礼帽|毛线帽|头盔|红帽子|红帽",
    "bag": "backpack|rucksack|satchel|schoolbag|knapsack|背包|书包|挎包",
    "boots": "rain boots|rubber boots|wellies|boots|shoes|sneakers|雨靴|靴子|雨鞋|鞋子|布鞋",
}

COLOURS: Final[Mapping[str, tuple[str, str]]] = {
    "red": ("red|crimson|scarlet|vermilion|ruby|红|红色|大红|鲜红|朱红|绯红|朱砂", "#c8372d"),
    "maroon": ("maroon|burgundy|wine-red|酒红|酒红色|深红|暗红|枣红", "#7c2530"),
    "orange": ("orange|amber|tangerine|橙|橙色|橘色|橘红|橘黄|琥珀色", "#e07b2c"),
    "yellow": ("yellow|mustard|lemon-yellow|canary|黄|黄色|明黄|亮黄|姜黄|鹅黄|嫩黄", "#edbb36"),
    "gold": ("gold|golden|金|金色|金黄", "#d3a13c"),
    "green": ("green|emerald|jade|绿|绿色|翠绿|碧绿|青绿|嫩绿|草绿", "#4c8a55"),
    "sage": (
        "sage green|sage-green|sage|celadon|pale green|light green|浅绿|浅绿色|淡绿|豆绿|青瓷色",
        "#9fb48a",
    ),
    "olive": ("olive|khaki|army green|moss|军绿|橄榄绿|墨绿|卡其|卡其色|深绿|墨绿色", "#6f7143"),
    "teal": ("teal|turquoise|cyan|aqua|mint|青|青色|湖蓝|蓝绿|薄荷|薄荷绿|天青", "#3a9a98"),
    "blue": ("blue|cobalt|azure|denim|蓝|蓝色|宝蓝|湛蓝|天蓝色|靛蓝", "#3a69ad"),
    "sky": ("sky-blue|light blue|pale blue|baby blue|天蓝|浅蓝|淡蓝|浅蓝色|淡蓝色", "#8fbcdc"),
    "navy": ("navy|dark blue|indigo|midnight blue|navy blue|藏青|藏蓝|深蓝|深蓝色|藏青色|海军蓝", "#27365c"),
    "purple": ("purple|violet|lavender|lilac|mauve|plum|紫|紫色|淡紫|薰衣草色", "#7d5aa0"),
    "pink": ("pink|rose-pink|coral|salmon|peach|magenta|粉|粉色|粉红|粉红色|桃红|玫红|珊瑚色", "#e58fa0"),
    "brown": ("brown|chestnut|tan|coffee|caramel|leather|棕|棕色|褐|褐色|咖啡色|栗色|焦糖色|驼色", "#86593a"),
    "beige": ("beige|cream|ivory|sand|off-white|camel|米色|米白|杏色|奶油色|象牙白|米黄", "#dfcdaa"),
    "white": ("white|白|白色|雪白|纯白|洁白", "#efede6"),
    "grey": ("grey|gray|silver|charcoal|ash|灰|灰色|银色|银灰|深灰|浅灰|银", "#868c93"),
    "black": ("black|dark|jet-black|黑|黑色|乌黑|漆黑|深色", "#2b2c33"),
}
CLOTH_COLOUR_STOPS: Final = frozenset({"dark"})

HAIRS: Final[Mapping[str, str]] = {
    "bun": "bun|topknot|hair up|updo|chignon|发髻|丸子头|盘发|发髻",
    "twin": "pigtails|twin tails|two braids|two pigtails|双马尾|双辫|两条辫子|羊角辫|双丫髻|麻花辫",
    "ponytail": "ponytail|braid|plait|braided hair|braided|马尾|辫子|马尾辫|长辫",
    "bob": "bob|bob cut|bobbed hair|shoulder-length hair|短发齐耳|波波头|齐肩|齐耳短发|齐肩发|学生头",
    "long": "long hair|long black hair|flowing hair|long blonde hair|long red hair|长发|披肩发|长头发|黑长直|长卷发",
    "curly": "curly hair|curly|afro|curls|wavy hair|frizzy|卷发|自来卷|爆炸头|波浪卷",
    "bald": "bald|shaved head|bald-headed|光头|秃头|秃顶",
    "short": "short hair|crew cut|buzz cut|pixie cut|short-haired|cropped hair|短发|寸头|平头|板寸|利落短发",
}
BEARDS: Final = "beard|bearded|moustache|mustache|goatee|stubble|胡子|胡须|白须|长须|络腮胡|八字胡|花白胡子"
GLASSES: Final = "glasses|spectacles|sunglasses|eyeglasses|bespectacled|眼镜|墨镜|太阳镜|老花镜"

ACTIONS: Final[Mapping[str, str]] = {
    "run": "gallop|gallops|galloping|run|runs|running|sprint|sprints|sprinting|chase|chases|chasing|flees|fleeing|rush|rushes|rushing|"
    "dash|dashes|dashing|races|racing|ran|跑|奔跑|追|飞奔|冲|狂奔|逃|跑向|追逐|奔向|跑步|追赶",
    "jump": "jump|jumps|jumping|leap|leaps|leaping|hops|hopping|skips|跳|跳跃|蹦|跃起|跳起|飞跃",
    "sweep": "sweep|sweeps|sweeping|mops|mopping|扫|扫地|打扫|清扫",
    "cheek": "beside her cheek|beside his cheek|next to her face|next to his face|against her cheek|to her ear|"
    "to his ear|贴在脸旁|贴着脸|脸颊旁|举到脸旁|放在耳边|贴在耳边",
    "raise": "over her head|over his head|above her head|above his head|over their heads|holds up|holding up|"
    "held high|举过头顶|高高举起|高举着",
    "dance": "dance|dances|dancing|twirl|twirls|twirling|spins|spinning|跳舞|起舞|旋转|舞蹈|翩翩起舞|舞剑",
    "walk": "trot|trots|trotting|prowls|prowling|creeps|creeping|sneaks|sneaking|slinks|walk|walks|walking|stroll|strolls|strolling|wander|wanders|wandering|strides|striding|steps|"
    "stepping|approaches|approaching|enters|entering|leaves|leaving|crosses|crossing|climbs|climbing|hiking|"
    "hikes|follows|following|marching|marches|走|行走|走过|走路|漫步|散步|走向|踏|走进|穿过|跟着|爬|徒步|走来|离开|前行|独行|路过|经过",
    "sit": "sit|sits|sitting|seated|sat|rides|riding|driving|drives|perched|rowing|坐|坐在|坐着|骑|蹲坐|开车|驾驶|划船|靠坐",
    "crouch": "crouch|crouches|crouching|kneel|kneels|kneeling|squat|squats|squatting|蹲|蹲下|跪|蹲着|弯腰|俯身|蹲在",
    "lie": "lie|lies|lying|sleep|sleeps|sleeping|asleep|resting in bed|躺|睡|睡觉|躺在|沉睡|入睡|睡着|趴",
    "wave": "wave|waves|waves at|waving|waves goodbye|waves her hand|waves his hand|greets|greeting|cheer|cheers|cheering|"
    "raises|raising|raised|reaches|reaching|reach|挥手|招手|举手|举起|欢呼|伸手|高举|招呼|挥舞|张开双臂",
    "point": "point|points|pointing|gestures|指|指着|指向",
    "hug": "hug|hugs|hugging|embrace|embraces|embracing|拥抱|抱住|相拥|紧抱",
    "fight": "fight|fights|fighting|punches|duel|strikes|slash|attacks|打斗|战斗|对决|挥剑|搏斗|出拳|拔剑",
    "hold": "hold|holds|holding|carry|carries|carrying|clutch|clutches|clutching|grips|gripping|offers|"
    "offering|hands over|gives|giving|拿|拿着|捧|抱|抱着|提|提着|握|撑|撑着|端|端着|递|打着|举着|手持|捧着|背着|握着|递给|拎着",
    "read": "read|reads|reading|writes|writing|studies|studying|types|typing|draws|drawing|paints|painting|"
    "读|阅读|看书|写|写信|读书|写字|画画|打字|作画",
    "eat": "eat|eats|eating|drink|drinks|drinking|sips|sipping|slurps|tastes|cooks|cooking|stirs|kneads|"
    "吃|喝|品尝|吃面|喝茶|喝咖啡|炒菜|做饭|煮|揉面",
    "look_up": "look up|looks up|looking up|gazes up|gazing up|stares up|looks skyward|抬头|仰望|仰头|仰着头|抬起头",
    "look_down": "look down|looks down|looking down|lowers her head|lowers his head|bows|bowing|weeps|weeping|"
    "低头|俯视着|垂头|鞠躬|低着头",
    "look": "look|looks|looking|watch|watches|watching|gaze|gazes|gazing|stare|stares|staring|glances|peers|"
    "peering|faces|facing|看|望|凝视|注视|盯|眺望|看着|看向|望着|凝望|远眺|观看|回头",
    "talk": "talk|talks|talking|speak|speaks|speaking|says|say|saying|shouts|shouting|whispers|whispering|"
    "sings|singing|asks|calls|yells|tells|argue|argues|arguing|说|喊|问|讲|聊天|交谈|唱|唱歌|叫|争吵|对话|说道|吆喝|大喊|低语",
    "fly": "fly|flies|flying|float|floats|floating|soars|soaring|hover|hovers|hovering|swims|swimming|falls|falling|"
    "飞|飞翔|漂浮|飘|飞行|游泳|悬浮|坠落|飞过|游",
    "stand": "stand|stands|standing|waits|waiting|stop|stops|pauses|leans|leaning|poses|posing|站|站在|站立|等待|等|伫立|停下|驻足|倚|靠在|摆姿势",
}
MOODS: Final[Mapping[str, str]] = {
    "happy": "smile|smiles|smiling|happy|joyful|laugh|laughs|laughing|grin|grinning|cheerful|delighted|beaming|"
    "excited|笑|微笑|开心|高兴|快乐|大笑|欢乐|喜悦|欢笑|兴奋|欢快",
    "sad": "sad|cry|cries|crying|tears|tearful|weeping|lonely|melancholy|sorrow|grief|weary|tired|"
    "哭|悲伤|难过|眼泪|流泪|孤独|忧郁|伤心|落寞|疲惫|失落|泪",
    "angry": "angry|furious|shouting|rage|scowl|scowling|frown|frowning|glare|glares|生气|愤怒|怒|皱眉|怒吼|怒视",
    "surprised": "surprised|surprise|shocked|startled|astonished|wonder|awe|amazed|scared|afraid|frightened|"
    "terrified|wide-eyed|gasps|惊讶|吃惊|震惊|惊恐|害怕|惊喜|惊|好奇|恐惧",
    "calm": "calm|serene|peaceful|eyes closed|closes her eyes|closes his eyes|meditating|asleep|sleeping|"
    "闭眼|平静|安详|宁静|闭着眼|闭上眼|睡着|沉睡",
}

BEHIND: Final = (
    "from behind|back view|seen from the back|back to camera|back to us|rear view|walks away|walking away|"
    "runs away|running away|facing away|背影|背对|从背后|背面|背身|转身离开|远去"
)
PROFILE: Final = "in profile|profile|side view|from the side|side-on|侧面|侧脸|侧身|侧颜"

SHEETS: Final = (
    "character sheet|model sheet|turnaround|turn-around|turn around sheet|reference sheet|design sheet|"
    "front, side and back|front side back|front, side, back|three views|three-view|orthographic|character design|"
    "三视图|角色设定|设定图|人物设定|角色设计|角色卡|转面图|人设图|人设|正面、侧面|正侧背"
)
PRODUCTS: Final = (
    "product|packshot|pack shot|product shot|still life|advertisement|campaign|commercial|e-commerce|"
    "ecommerce|hero shot|key visual|产品|商品|静物|广告|电商|主图|宣传图|产品图|包装设计|带货|新品"
)
POSTERS: Final = (
    "movie poster|film poster|poster|book cover|cover art|album cover|title card|title page|flyer|banner|"
    "billboard|cover of|海报|封面|标题页|扉页|片名|宣传画|banner图"
)
STYLES: Final[Mapping[str, str]] = {
    "mono": "black and white|black-and-white|monochrome|noir|b&w|grayscale|greyscale|黑白|单色|黑白片|黑白照片",
    "sketch": "pencil sketch|sketch|line art|charcoal drawing|pencil drawing|storyboard sketch|ink drawing|rough|"
    "素描|线稿|铅笔画|草图|速写|线描",
    "ink": "ink wash|ink painting|chinese painting|sumi-e|brush painting|水墨|国画|水墨画|工笔|写意|山水画",
    "watercolour": "watercolor|watercolour|gouache|picture book|children's book|storybook|pastel|soft pastel|"
    "crayon|水彩|绘本|水粉|童书|儿童插画|蜡笔|彩铅|手绘",
    "vintage": "sepia|vintage|retro|old photo|1920s|1930s|faded|nostalgic|复古|怀旧|老照片|泛黄|旧时光|民国",
    "neon": "cyberpunk|neon|synthwave|vaporwave|赛博朋克|霓虹|蒸汽波",
}

FEATURES: Final[Mapping[str, str]] = {
    "moon": "moon|full moon|crescent moon|moonlight|moonlit|月亮|明月|圆月|月光|弯月|满月|月下",
    "stars": "stars|starry|starry sky|milky way|星星|星空|繁星|星光|银河",
    "sun": "sun|sunshine|太阳|烈日|阳光|骄阳",
    "rainbow": "rainbow|彩虹",
    "blossom": "cherry blossom|cherry blossoms|blossoms|plum blossom|petals|樱花|桃花|梅花|花瓣|桃花林|樱花树下",
    "autumn": "autumn|autumn leaves|fallen leaves|maple|ginkgo|秋天|红叶|枫叶|落叶|银杏|秋日|深秋|秋风",
    "winter": "winter|frozen|icy|ice|冬天|冬日|寒冬|结冰|冰面|雪地|雪山|积雪|冰天雪地",
    "spring": "spring|春天|春日|初春|春风",
    "lanterns": "lanterns|red lanterns|paper lanterns|灯笼|红灯笼|花灯|灯会|挂满灯笼",
    "neon": "neon|neon sign|neon signs|cyberpunk|霓虹|霓虹灯|赛博朋克",
    "fire": "campfire|bonfire|fire|firelight|fireplace|flames|candlelight|篝火|火光|炉火|火焰|壁炉|烛光",
    "fireworks": "firework|fireworks|烟花|焰火",
    "puddle": "puddle|puddles|wet street|wet pavement|reflection|reflections|积水|水洼|倒影|湿漉漉",
}
NOT_WORDS: Final = (
    "medium format|medium-format|large format|中画幅|大画幅|全画幅|full figure|full-figure|points of light|"
    "point of light|point of view|vanishing point|glow from below|light from below|lit from below|"
    "glow from above|light from above|lit from above|rings it|it rings|rings the|who rang|screen direction|"
    "screen left|screen right|on screen|off screen|split screen|brush strokes|brushstrokes|brushwork|pencil lines|"
    "pencil line|笔触|铅笔线|书名|书脊|龙井村|龙井茶|龙井|乌龙茶|水龙头|龙头|龙虾|龙眼|竹制|竹盖|竹编|木盖|窗光|"
    "bottle cap|bamboo cap|screw cap|牛奶|牛肉|鸡蛋|羊毛|鱼竿|马桶|蜗牛|window light|soft window light|"
    "skyline soft in the window|spring water|spring tea|spring morning|bottled tea|plane trees|crane shot up|"
    "no text|不要文字|photograph of|medium-format photograph|film photograph|studio wall|"
    "印象|对象|形象|现象|气象|抽象|景象|想象|相信|信任|信息|信号|青年|青春|看起来|看见|金属|说明|飞机|坐标|手指|"
    "人像|个人|人生|人类|人文|人工|水彩|冲击|叫做|名叫|黄金比例|白昼|海拔|牛顿|马上|龙舟|等级|相等|江南|河南|"
    "crane down|crane up|crane shot|slow crane|camera crane|fish-eye|fisheye|bird feeder|dolly|bull's eye|"
    "hot dog|dog-eared|in front of|waterfront|color palette|colour palette|light source|film still|"
    "soft light|depth of field|background|foreground|black bars|rain of|ring light|key light|fall off|"
    "right-hand man|catwalk|cat's eye|top left|top right|at the top|on top|top of|stand-in|"
    "sign reads|signs reading|text reads|label reads|board reads|screen reads|cover reads|写着|写有|刻着|印着|书法家|剧照|电影感|画面|画风|构图|光影|气氛|山水|海量|街机|人称"
)
"""Words that hold a shorter one of another meaning; they say nothing to the artist."""

NUMBERS: Final[Mapping[str, int]] = {
    "a": 1, "an": 1, "one": 1, "single": 1, "lone": 1, "two": 2, "pair of": 2, "both": 2, "twin": 2,
    "three": 3, "trio of": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "several": 4, "few": 3, "some": 3, "many": 7, "group of": 5, "dozen": 9, "dozens of": 9, "flock of": 7,
    "herd of": 6, "hundreds of": 9,
}  # fmt: skip
HAN_NUMBERS: Final[Mapping[str, int]] = {
    "一": 1, "两": 2, "二": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9, "十": 9,
    "几": 4, "数": 4, "双": 2, "俩": 2, "仨": 3, "许多": 7, "很多": 7, "一群": 6, "一对": 2, "众": 7,
}  # fmt: skip
HAN_MEASURES: Final = "个名位只条头匹群对些尾双口"

NOBODY: Final = (
    "no people|without people|no one|nobody|no characters|no person|no figures|unpopulated|deserted|"
    "empty of people|no humans|empty street|empty streets|empty room|无人|空无一人|没有人|不要人物|无人物|没有人物|杳无人烟"
)
NAMES_OF: Final[Mapping[str, str]] = {
    "man": "tom|jack|john|james|david|ben|sam|leo|max|peter|paul|mark|luke|adam|noah|liam|oliver|henry|george|"
    "charlie|arthur|hugo|felix|oscar|theo|marco|diego|carlos|kenji|hiro|wei|jun|ming|bo|ivan|omar|ali|finn|jake|"
    "mike|dan|alex|eric|victor|kai|tao|chen|wang|zhang|ahmed|yusuf",
    "woman": "anna|mary|emma|sara|sarah|lucy|alice|jane|kate|eva|mia|sofia|sophie|ella|lily|lena|clara|nora|ruby|"
    "grace|rose|iris|maya|maria|julia|laura|elena|yuki|sakura|mei|lin|xia|ying|ling|hana|nina|zoe|chloe|amy|"
    "diana|helen|ada|ava|olivia|ines|leila|fatima|priya|rin|aiko|yan|jing|hui|fang",
}
PRONOUNS: Final[Mapping[str, str]] = {"woman": "she|her|她", "man": "he|him|his|他"}
NOT_NAMES: Final = frozenset(
    """a an the and or but with in on at of by for from to into over under as is are was be it its his her she he
    they their we our you your this that these those there here then now while after before between near behind
    above below image images figure fig picture photo reference references ref shot scene frame take camera lens
    style cinematic film storyboard wide medium close closeup full extreme insert establishing eye high low angle
    level dutch night day dawn dusk morning evening noon sunset sunrise golden hour interior exterior int ext pov
    rain snow fog storm wind clear chinese japanese french english asian european american african italian korean
    new old young little big small tall one two three four five six seven eight nine ten red blue green yellow
    black white pink purple orange brown grey gray christmas spring summer autumn winter monday friday sunday
    make draw create generate show keep use put add replace change turn no not only also same very soft warm cold
    dark light bright character product poster front side back view turnaround sheet mood lighting colour color
    palette background foreground text title sign label caption preview headline german spanish portuguese dutch
    russian arabic latin greek turkish polish hindi vietnamese thai longjing oolong kodak fujifilm arri panavision seedream
    leica canon sony imax mm hd uhd 4k 2k 8k series group set page panel cut fade pan tilt zoom dolly tracking
    static handheld slow motion through across along past behind beside together alone again still suddenly
    shanghai beijing tokyo paris london york hong kong china japan france england america europe india kyoto
    venice rome berlin chengdu guangzhou shenzhen hangzhou suzhou chongqing xi'an singapore mars moon earth
    her his its their each every all some any many few both another other everyone nobody someone people
    mr mrs ms dr chapter episode act part i my me mine who what where when why how if so than too just""".split()
)
